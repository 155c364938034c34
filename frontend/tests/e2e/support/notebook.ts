import { expect, type Frame, type FrameLocator, type Locator, type Page } from '@playwright/test'

/** The notebook in the pane, as a trainee uses it. */
export class Notebook {
  readonly frame: FrameLocator
  readonly pane: Locator

  constructor(readonly page: Page) {
    this.frame = page.locator('iframe[title^="Jupyter"]').contentFrame()
    this.pane = page.getByRole('region', { name: /^(ノート|Notebook)$/ })
  }

  /** The frame's document, for what no trainee does. */
  async document(): Promise<Frame> {
    const frame = await (await this.page.locator('iframe[title^="Jupyter"]').elementHandle())?.contentFrame()
    if (!frame) throw new Error('there is no frame in the pane')
    return frame
  }

  /** By its position in the notebook, from 0. */
  cell(position: number): Locator {
    return this.shown.locator(`.jp-Cell[data-windowed-list-index="${position}"]`)
  }

  output(position: number): Locator {
    return this.cell(position).locator('.jp-OutputArea-output')
  }

  /** Notebooks of other chapters wait in the same page, out of sight. */
  get shown(): Locator {
    return this.frame.locator('.jp-NotebookPanel:visible')
  }

  /** Cells can be run: the pane shows the frame, and the kernel waits. */
  async ready() {
    await expect(this.pane.getByText(/^(待機中|Ready)$/)).toBeVisible({ timeout: 60_000 })
  }

  async run(position: number) {
    await this.edit(position)
    await this.page.keyboard.press('Shift+Enter')
  }

  /** Puts the cursor into a cell. */
  async edit(position: number) {
    await this.cell(position).locator('.cm-content').click()
  }

  /** Replaces what stands in a cell, and runs it. */
  async write(position: number, source: string) {
    await this.edit(position)
    await this.page.keyboard.press('ControlOrMeta+a')
    await this.page.keyboard.insertText(source)
    await this.page.keyboard.press('Shift+Enter')
  }
}
