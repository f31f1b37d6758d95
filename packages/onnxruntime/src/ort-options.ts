/** How ONNX Runtime is found, loaded and set up. */

/** A native library that may be loaded. */
export interface AllowedLibrary {
  /** Absolute, links resolved. */
  readonly path: string
  /** Of its bytes, as hexadecimal digits. */
  readonly sha256: string
}

export interface OrtOptions {
  /** The package that does the work; 'onnxruntime-node' unless given. */
  readonly peer?: 'onnxruntime-node' | 'onnxruntime-web' | undefined
  /** Folders in whose `node_modules` the package is looked for; this package's and the current one unless given. */
  readonly searchFrom?: readonly string[] | undefined
  /** Threads of one run; the runtime's own choice unless given, here or when a graph is prepared. */
  readonly threads?: number | undefined
  /** What computes, best first, such as `cuda`; the CPU unless given. */
  readonly providers?: readonly string[] | undefined
  /** Which device of those providers that have several. */
  readonly deviceId?: number | undefined
  /** False: memory goes back to the system after each run. True unless given. */
  readonly arena?: boolean | undefined
  /** How much the runtime rewrites the graph; 'all' unless given. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all' | undefined
  /** Where given, native libraries are loaded only if all that the package would load are on it. */
  readonly allowList?: readonly AllowedLibrary[] | undefined
  /** Takes one line about what is loaded, and from where. */
  readonly log?: ((line: string) => void) | undefined
}
