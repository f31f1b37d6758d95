export { type WasmApi, type WasmInstance, webAssembly } from '../platform/web-assembly.ts'
export { enableRelaxedSimd, hasRelaxedSimd, hasSharedMemory } from './features.ts'
export type { FunctionBuilder, FunctionRef, Label } from './function-builder.ts'
export { type MemoryLimits, type ModuleBuilder, moduleBuilder } from './module-builder.ts'
export {
  atomicNotify,
  atomicUpdate,
  atomicWait,
  extractLane,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  load,
  loadLane,
  op,
  replaceLane,
  select,
  shuffle,
  shuffle32,
  v128Bytes,
} from './operand.ts'
export type { Local, Operand, ValType } from './types.ts'
