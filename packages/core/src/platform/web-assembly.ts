/** The part of the JavaScript API of WebAssembly that core uses; Node's types do not declare it. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer
  /** Adds pages of 64 KiB and gives the number there was before. Throws RangeError where there is no room. */
  grow(pages: number): number
}

export interface WasmTable {
  readonly length: number
  grow(delta: number): number
  get(index: number): unknown
  set(index: number, value: unknown): void
}

/** A compiled module: may be posted to other threads. */
export type WasmModule = object

export type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>
}

export interface WasmApi {
  validate(bytes: Uint8Array<ArrayBuffer>): boolean
  compile(bytes: Uint8Array<ArrayBuffer>): Promise<WasmModule>
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule
  readonly Instance: new (module: WasmModule, imports?: WasmImports) => WasmInstance
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory
  readonly Table: new (limits: { element: 'anyfunc'; initial: number }) => WasmTable
}

/** The engine's WebAssembly. */
export const webAssembly: WasmApi = (globalThis as typeof globalThis & { readonly WebAssembly: WasmApi })
  .WebAssembly // every platform of core has it
