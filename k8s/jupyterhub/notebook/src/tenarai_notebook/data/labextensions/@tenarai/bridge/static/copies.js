// Copies that are kept beside a notebook, named after the time on the learner's own clock.

const COPY = /^(.*)-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})\d{2}(?:-\d+)?\.ipynb$/;

/** As in 20261127-025527. */
export function stamp(now = new Date()) {
  const two = number => String(number).padStart(2, '0');
  const day = [now.getMonth() + 1, now.getDate()].map(two).join('');
  return `${now.getFullYear()}${day}-${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('')}`;
}

/** Which notebook this is a copy of, and from when; null where it is none. */
export function whatItCopies(path) {
  const [, stem, year, month, day, hour, minute] = COPY.exec(path) ?? [];
  return stem === undefined ? null : { original: `${stem}.ipynb`, at: `${year}-${month}-${day} ${hour}:${minute}` };
}

async function isFree(contents, path) {
  try {
    await contents.get(path, { content: false });
    return false;
  } catch (error) {
    if (error.response?.status === 404) return true;
    throw error;
  }
}

/** Write this beside the notebook, over nothing; the path of the copy. */
export async function copyOf(contents, path, content) {
  const stem = `${path.replace(/\.ipynb$/, '')}-${stamp()}`;
  for (let attempt = 1; ; attempt++) {
    const copy = `${stem}${attempt > 1 ? `-${attempt}` : ''}.ipynb`;
    if (!(await isFree(contents, copy))) continue;
    await contents.save(copy, { type: 'notebook', format: 'json', content });
    return copy;
  }
}
