import { cp, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Notebook } from './support/notebook'
import { signIn } from './support/people'
import { repository, tenarai } from './support/site'
import { outline } from './support/study'
import { expect, test } from './support/test'

const slug = 'renamed'

/** Gives a chapter another name, wherever the course speaks of it. */
async function giveName(folder: string, from: string, to: string) {
  await rename(join(folder, 'chapters', from), join(folder, 'chapters', to))
  const course = join(folder, 'course.yaml')
  const others = (await readFile(course, 'utf8')).replace(/^ *was: .*\n/gm, '')
  await writeFile(course, others.replace(`- key: ${from}\n`, `- key: ${to}\n        was: ${from}\n`))
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/(text\.\w+\.md|quiz\.yaml)$/.test(name)) continue
    await writeFile(join(folder, name), (await readFile(join(folder, name), 'utf8')).replaceAll(`chapter:${from}`, `chapter:${to}`))
  }
}

test('a chapter that takes over the name of another, while both are open, opens with its own work', async ({ page, site, trainee, watch }) => {
  // Whether something is still at the old name is asked of the notebook server, which says that it is not.
  watch.expect(/in the notebook: .*status of 404 .*\/api\/contents\//)
  // Where the site is asked a moment before it has heard of the second publication, it says whose the name was.
  watch.expect(/status of 409 .*\/tenarai\/api\/open/, /in the notebook: .*status of 409/)
  const folder = join(site.folder, slug)
  await cp(join(repository, 'docs/sample-course'), folder, { recursive: true })
  const course = join(folder, 'course.yaml')
  await writeFile(course, (await readFile(course, 'utf8')).replace('slug: ml-first-steps', `slug: ${slug}`))
  await tenarai(site, ['content', 'publish', folder])
  await tenarai(site, ['organisation', 'license', 'aozora', slug])
  await tenarai(site, ['enrol', trainee.email, slug])

  await signIn(page, trainee, `/courses/${slug}`)
  await page.getByRole('link', { name: /1\.2 値と変数/ }).click()
  const notebook = new Notebook(page)
  await notebook.ready()
  const second = page.url().replace(/.*\/chapters\/(\d+).*/, '$1')
  await notebook.write(1, 'print("second")')
  await expect(notebook.output(1)).toHaveText('second')
  await expect(page.getByText('未保存')).toBeHidden()
  const toThird = outline(page).getByRole('link', { name: /リスト/ }).first()
  const toSecond = outline(page).getByRole('link', { name: /値と変数/ }).first()
  await toThird.click()
  await expect(notebook.cell(1)).not.toContainText('second')
  await notebook.ready()
  await notebook.write(1, 'kept = "third"; print(kept)')
  await expect(notebook.output(1)).toHaveText('third')

  await giveName(folder, '03-python-lists', '03b-lists')
  await tenarai(site, ['content', 'publish', folder])
  await giveName(folder, '02-python-values', '03-python-lists')
  await tenarai(site, ['content', 'publish', folder])
  const path = async () => (await (await page.request.get(`/api/v1/chapters/${second}`)).json()).notebook.path
  await expect.poll(path, { timeout: 30_000 }).toBe(`${slug}/03-python-lists.ipynb`)

  await toSecond.click()
  await expect(notebook.cell(1)).toContainText('second')
  await expect.poll(async () => (await notebook.document()).url()).toContain('/03-python-lists.ipynb')
  await expect(notebook.cell(1)).toContainText('second')
  await notebook.write(1, 'print("second, and more")')
  await expect(notebook.output(1)).toHaveText('second, and more')
  await expect(page.getByText('未保存')).toBeHidden()

  await toThird.click()
  await expect(notebook.cell(1)).toContainText('third')
  // Its kernel came along, too.
  await notebook.write(1, 'print(kept, "and more")')
  await expect(notebook.output(1)).toHaveText('third and more')
  await expect(page.getByText('未保存')).toBeHidden()
  await expect(notebook.frame.getByRole('dialog')).toHaveCount(0)

  const written = (name: string) => readFile(join(trainee.home, 'work', slug, name), 'utf8')
  await expect.poll(() => written('03-python-lists.ipynb')).toContain('second, and more')
  await expect.poll(() => written('03b-lists.ipynb')).toContain('and more')
  expect(await written('03b-lists.ipynb')).not.toContain('second')
  expect(await readdir(join(trainee.home, 'work', slug))).not.toContain('02-python-values.ipynb')
})
