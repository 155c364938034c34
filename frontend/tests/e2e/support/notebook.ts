import { expect, type FrameLocator, type Locator, type Page } from '@playwright/test'

/** The notebook in the pane, as a trainee uses it. */
export class Notebook {
  readonly frame: FrameLocator

  constructor(readonly page: Page) {
    this.frame = page.locator('iframe[title^="Jupyter"]').contentFrame()
  }

  /** By its position in the notebook, from 0. */
  cell(position: number): Locator {
    return this.frame.locator(`.jp-Notebook .jp-Cell[data-windowed-list-index="${position}"]`)
  }

  output(position: number): Locator {
    return this.cell(position).locator('.jp-OutputArea-output')
  }

  /** Cells can be run: the pane shows the frame, and the kernel waits. */
  async ready() {
    await expect(this.page.getByRole('region', { name: 'ノート' }).getByText('待機中')).toBeVisible({ timeout: 60_000 })
  }

  async run(position: number) {
    await this.cell(position).locator('.cm-content').click()
    await this.page.keyboard.press('Shift+Enter')
  }

  /** Replaces what stands in a cell, and runs it. */
  async write(position: number, source: string) {
    await this.cell(position).locator('.cm-content').click()
    await this.page.keyboard.press('ControlOrMeta+a')
    await this.page.keyboard.insertText(source)
    await this.page.keyboard.press('Shift+Enter')
  }
}
