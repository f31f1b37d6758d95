/** The models of a server as the protocols see them. */
import type { ServedVersion } from './served-version.ts'

export type ModelState = 'UNKNOWN' | 'READY' | 'UNAVAILABLE' | 'LOADING' | 'UNLOADING'

export interface ModelStatus {
  readonly name: string
  /** Absent for a model without any version. */
  readonly version: string | undefined
  readonly state: ModelState
  /** Why it is in this state; empty where that needs no words. */
  readonly reason: string
}

export interface LoadOverrides {
  /** A model configuration as JSON, in place of that of the repository. */
  readonly config?: string | undefined
  /** Files by `<version>/<name>`, in place of those of the repository; refused unless the server allows it. */
  readonly files?: ReadonlyMap<string, Uint8Array> | undefined
}

export interface Models {
  /** Resolves, never rejects, once everything that is loaded at the start is there or has failed. */
  readonly loaded: Promise<readonly ModelStatus[]>
  /** True once the first load is complete and each model has a version that is ready. Loading one more changes nothing. */
  readonly ready: boolean
  /** Every version that is known, also of models that were never loaded. */
  index(): readonly ModelStatus[]
  /**
   * Versions that are ready, in ascending order.
   *
   * @throws SLP-R4 for a name that no model can have, SLP-R1 for an unknown model.
   */
  versions(name: string): readonly ServedVersion[]
  /**
   * A version that is ready: the given one, else the highest.
   *
   * @throws what `versions` throws, SLP-R2 for an unknown version, SLP-R3 for one that is not ready.
   */
  find(name: string, version?: string): ServedVersion
  /**
   * Loads or reloads a model; resolves once it is warm and serves. What was served before serves until then, and goes
   * on where the load fails.
   *
   * @throws SLP-R15 where the mode does not allow it, SLP-R8 and SLP-R19 where model or configuration is wrong.
   */
  load(name: string, overrides?: LoadOverrides): Promise<void>
  /** Stops serving a model; resolves once its last request has ended and its memory is given back. */
  unload(name: string, options?: { readonly dependents?: boolean }): Promise<void>
  close(): Promise<void>
}
