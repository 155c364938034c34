// A folder that nothing more can be saved into, and that has room again.
import { execFile } from 'node:child_process'
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface FullDisk {
  /** Really full; else only read, as where nobody may mount a small disk. */
  full: boolean
  makeRoom: () => Promise<void>
  remove: () => Promise<void>
}

/** Fills the disk a folder lies on: a small one of its own, laid over it, with what is in it. */
export async function fillDisk(folder: string, file: string): Promise<FullDisk> {
  const kept = await mkdtemp(join(tmpdir(), 'tenarai-disk-'))
  await run('cp', ['-a', `${folder}/.`, kept])
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).then(() => true, () => false)
  if (!mounted) {
    await rm(kept, { recursive: true })
    // Also the file: else it is written in place.
    const may = async (dir: number, mode: number) => {
      await chmod(folder, dir)
      await chmod(join(folder, file), mode)
    }
    await may(0o500, 0o400)
    return { full: false, makeRoom: () => may(0o700, 0o600), remove: () => may(0o700, 0o600) }
  }
  await run('cp', ['-a', `${kept}/.`, folder])
  const ballast = join(folder, 'ballast')
  await writeFile(ballast, Buffer.alloc(8 * 1024 * 1024)).catch(() => undefined)
  return {
    full: true,
    makeRoom: () => rm(ballast),
    remove: async () => {
      // What was written stays: the folder below takes it over.
      await rm(ballast, { force: true })
      await cp(folder, kept, { recursive: true, force: true })
      await run('umount', ['--lazy', folder])
      await rm(kept, { recursive: true })
    },
  }
}
