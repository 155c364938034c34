// What Jupyter's own page looks like in a pane that may be narrow, with Japanese in it.
const RULES = `
  /* Its menus shrink with the bar and cut their names; they keep their width and the bar scrolls. */
  .lm-MenuBar { overflow: auto hidden !important; scrollbar-width: none; }
  .lm-MenuBar-item { flex: none !important; padding-inline: 6px !important; }
  /* The kernel's sign stood on the very edge. */
  .jp-NotebookPanel-toolbar { padding-inline-end: 8px !important; }
  /* Comments are italic; Japanese has no italics, and a slanted 写経 is hard to read. */
  .cm-content { font-synthesis-style: none; }
`;

export function wearLook() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(RULES);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
