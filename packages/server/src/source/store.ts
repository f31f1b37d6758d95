/** What a source needs of the place that its files are in; paths have `/` between their parts. */
import type { SeenFile } from './fingerprint.ts'

export interface LocalFolder extends AsyncDisposable {
  /** Absolute. */
  readonly folder: string
  /** What no file may lie outside of, once links are followed. */
  readonly root: string
}

export interface FileStore extends AsyncDisposable {
  /**
   * All files below a folder, `''` for everything; undefined where there is no such folder.
   *
   * @throws SLP-R8 or SLP-F8 where the store cannot be read.
   */
  list(folder: string): Promise<readonly SeenFile[] | undefined>
  /** Undefined where there is no such file. Throws SLP-R8 for more than `mostBytes`. */
  read(path: string, mostBytes: number): Promise<Uint8Array | undefined>
  /** These files of a folder on this machine, until disposed of. */
  fetch(folder: string, files: readonly SeenFile[]): Promise<LocalFolder>
}
