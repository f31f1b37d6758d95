/** Functions of vectors in place, for loops that do little else. */
import type { KernelBuilder } from '../kernel.ts'
import { vectorExp } from '../math/exponential.ts'
import { vectorLog } from '../math/logarithm.ts'
import { vectorMath } from '../math/vector-math.ts'
import type { V128 } from './vectors.ts'

type Builder = Pick<KernelBuilder, 'm' | 'f' | 'target'>

/** e^x. */
export const emitExp = (k: Builder, x: V128): V128 => k.f.let(vectorExp(vectorMath(k), k.f.let(x)))
/** log x. */
export const emitLog = (k: Builder, x: V128): V128 => k.f.let(vectorLog(vectorMath(k), k.f.let(x)))
