/** Where models come from. Sources know folders, files and their states; they never look into a model. */
import type { ConfigFiles } from '../config/serving-config.ts'

/** What was seen of a model; all words may be shown to clients. */
export interface FoundModel {
  readonly name: string
  /** Changes with any file outside the versions: configuration, labels, warm-up data. */
  readonly configFingerprint: string
  /** False while one of these files may still be being written. */
  readonly configSettled: boolean
  /** In ascending order. */
  readonly versions: readonly FoundVersion[]
  /** Why none of it can be loaded; undefined where nothing speaks against it. */
  readonly problem: string | undefined
}

export interface FoundVersion {
  readonly version: string
  /** Changes with any file of the version. */
  readonly fingerprint: string
  /** False while one of its files may still be being written: it must not be loaded yet. */
  readonly settled: boolean
  readonly problem: string | undefined
}

export interface OpenOptions {
  /** File of the model inside the version; `model.onnx`, or the only ONNX file, unless given. */
  readonly fileName?: string | undefined
}

/** The files of one version on this machine, until it is disposed of. */
export interface OpenedVersion extends AsyncDisposable {
  /** The model's file; external data lies beside it. Not for clients' eyes. */
  readonly path: string
  /** Bytes of all files of the version. */
  readonly sizeBytes: number
}

export interface ModelSource extends AsyncDisposable {
  /**
   * All models in the order of their names. Settling needs either files that have not changed for a while, or two
   * calls with some time between them.
   *
   * @throws SLP-R8 where there is no repository, SLP-F8 where the store cannot be reached.
   */
  list(): Promise<readonly FoundModel[]>
  /** One model; undefined where there is none of that name. Throws as `list` does, and SLP-R4 for an impossible name. */
  find(model: string): Promise<FoundModel | undefined>
  readConfig(model: string): Promise<ConfigFiles>
  /**
   * A file of the model outside its versions, such as labels.
   *
   * @throws SLP-R8 for a path that leaves the model's folder, a file that does not exist or is too large.
   */
  readFile(model: string, path: string): Promise<Uint8Array>
  /** Throws SLP-R1 and SLP-R2 for what does not exist, SLP-R8 where the version has no model or lies elsewhere. */
  open(model: string, version: string, options?: OpenOptions): Promise<OpenedVersion>
}
