import type { Formula } from './formula.ts'
import type { Epilogue, TensorRef } from './lower.ts'
export function makeEpilogue(_f: Formula, _e: readonly TensorRef[], _s: readonly number[]): Epilogue | undefined { return undefined }
