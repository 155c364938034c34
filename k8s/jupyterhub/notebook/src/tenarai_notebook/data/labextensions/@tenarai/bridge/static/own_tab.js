// A notebook in a tab of its own: there is no page of the LMS around it, so it says itself what it is.
import { followChanges } from './changes.js';
import { whatItCopies } from './copies.js';

const WORDS = {
  ja: {
    back: 'チャプターに戻る',
    copy: at => `${at} に残した写しです。ここで書いても、チャプターのノートは変わりません。`,
    kept: 'このノートは別の画面でも保存されていました。そちらの内容は、別のファイルに残しました。',
    open: '開く'
  },
  en: {
    back: 'Back to the chapter',
    copy: at => `This is a copy from ${at}. What you write here does not change the chapter\u2019s notebook.`,
    kept: 'This notebook was saved elsewhere, too. What was saved there is kept in another file.',
    open: 'Open it'
  }
};

/** In the learner's language. */
export const words = () => WORDS[document.documentElement.lang.startsWith('en') ? 'en' : 'ja'];

/** Only cells count as work here, too; nobody listens. */
export const followWork = context => followChanges(context, { send: () => undefined });

/** Above the cells: which notebook this is, and the way to its chapter. */
export async function sayWhatThisIs({ panel, Widget, server, lmsOrigin }) {
  const { path } = panel.context;
  const copied = whatItCopies(path);
  const node = document.createElement('div');
  node.style.cssText = 'display:flex;flex-wrap:wrap;gap:4px 16px;padding:6px 12px;font-size:13px;min-height:32px;box-sizing:border-box';
  const name = document.createElement('span');
  name.textContent = copied ? words().copy(copied.at) : path.split('/').at(-1);
  const back = document.createElement('a');
  back.textContent = words().back;
  back.style.cssText = 'color:var(--jp-content-link-color);text-decoration:underline';
  const { chapter_id: chapter } = await server.handout('open', copied?.original ?? path).catch(() => ({}));
  back.href = new URL(chapter ? `/chapters/${chapter}/coding` : '/', lmsOrigin).href;
  node.append(name, back);
  const bar = new Widget({ node });
  bar.id = 'tenarai-what-this-is';
  panel.contentHeader.addWidget(bar);
}
