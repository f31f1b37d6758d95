/** Work on planes, one behind the other, shared out to tasks. */
import type { KernelBuilder } from '../../kernel/kernel.ts'
import type { BoundEpilogue, LowerContext } from '../../kernel/lower.ts'
import { type Local, op, select } from '../../wasm/index.ts'

export const planeParams = { planes: 'i32', planesPerTask: 'i32' } as const

/** Elements that make a task worth its hand-over. */
const taskElements = 1 << 15

/** Arguments of `planeParams` for planes of so many elements, and the number of tasks. */
export function planeTasks(planes: number, elements: number, { threads }: LowerContext) {
  const fit = Math.ceil(taskElements / Math.max(1, elements))
  const planesPerTask = Math.max(1, Math.min(fit, Math.ceil(planes / threads)))
  return { args: { planes, planesPerTask }, tasks: Math.ceil(planes / planesPerTask) }
}

/** Emits `body` for the planes of the task. */
export function emitPlanes(k: KernelBuilder<typeof planeParams>, body: (plane: Local<'i32'>) => void): void {
  const { f, arg, task } = k
  const plane = f.let(op('i32.mul', task, arg('planesPerTask')))
  const end = f.let(op('i32.add', plane, arg('planesPerTask')))
  const planes = f.let(arg('planes'))
  f.set(end, select(end, planes, op('i32.lt_s', end, planes)))
  f.for(plane, plane, end, 1, () => body(plane))
}

/** The epilogue over an output seen as `view`; one that does nothing where there is none. */
export function epilogueOver({ epilogue }: LowerContext, view: readonly number[]): BoundEpilogue | undefined {
  return epilogue ? epilogue.bind(view) : noEpilogue
}

const noEpilogue: BoundEpilogue = {
  key: '',
  params: {},
  args: {},
  vector: (_, value) => value,
  scalar: (_, value) => value,
}
