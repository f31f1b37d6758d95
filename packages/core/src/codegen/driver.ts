/**
 * The functions that run a list of stages. `lead` goes through the stages in order; helpers take tasks of the stage at
 * hand from its counter, so a helper may come late, or not at all. A stage is over when all its tasks are done.
 */
import { kernelParams } from '../kernel/kernel.ts'
import type { FunctionBuilder, FunctionRef, Local, ModuleBuilder, Operand } from '../wasm/index.ts'
import { atomicNotify, atomicUpdate, atomicWait, i32, i64, load, op } from '../wasm/index.ts'
import { control, stage } from './layout.ts'

/** Turns of a waiting loop before a thread goes to sleep: some tens of microseconds. */
const spins = 4000
/** A sleep is never longer: a lost wake-up costs time and nothing else. */
const sleepNs = 1_000_000n

/** `lead(stages, count, controlBlock, isShared) → status`. `isShared` is 0 where nobody helps. */
export function emitLead(m: ModuleBuilder, poll: FunctionRef<readonly [], 'i32'> | undefined): FunctionRef {
  return m.func('lead', ['i32', 'i32', 'i32', 'i32'], 'i32', (f, stages, count, block, isShared) => {
    const result = f.local('i32')
    const scratch = f.let(load('i32.load', block, control.scratch))
    f.if(isShared, () => open(f, stages, count, block))
    const record = f.let(stages)
    const at = f.local('i32')
    f.block((stop) => {
      f.for(at, 0, count, 1, () => {
        if (poll) {
          f.set(result, f.callFor(poll))
          f.branchIf(stop, result)
        }
        const isSplit = op('i32.gt_s', load('i32.load', record, stage.tasks), i32(1))
        f.if(
          op('i32.and', isShared, isSplit),
          () => {
            leadStage(f, record, at, block, scratch)
            f.set(result, op('i32.shl', load('i32.atomic.load', block, control.failed), i32(1)))
          },
          () => runAlone(f, record, scratch),
        )
        f.branchIf(stop, result)
        f.add(record, stage.sizeBytes)
      })
    })
    f.if(isShared, () => close(f, block))
    return result
  })
}

/**
 * `help(controlBlock, thread)`: works on a run until it is over; returns at once where it is over already. Whoever
 * calls it counts the thread in `active` before and after.
 */
export function emitHelp(m: ModuleBuilder): FunctionRef {
  return m.func('help', ['i32', 'i32'], undefined, (f, block, thread) => {
    const stride = load('i32.load', block, control.scratchStride)
    const scratch = f.let(
      op('i32.add', load('i32.load', block, control.scratch), op('i32.mul', thread, stride)),
    )
    const seen = f.local('i32')
    const current = f.local('i32')
    f.block((leave) => {
      f.loop((again) => {
        f.branchIf(leave, op('i32.eqz', load('i32.atomic.load', block, control.open)))
        f.set(current, load('i32.atomic.load', block, control.current))
        f.if(
          op('i32.eq', current, seen),
          () => waitForStage(f, block, seen),
          () => {
            f.set(seen, current)
            f.if(op('i32.gt_s', current, i32(0)), () => {
              const offset = op('i32.mul', op('i32.sub', current, i32(1)), i32(stage.sizeBytes))
              takeTasks(f, f.let(op('i32.add', load('i32.load', block, control.stages), offset)), scratch)
            })
          },
        )
        f.branch(again)
      })
    })
  })
}

function open(f: FunctionBuilder, stages: Local<'i32'>, count: Local<'i32'>, block: Local<'i32'>): void {
  const record = f.let(stages)
  f.repeat(count, () => {
    f.store('i32.store', record, i32(0), stage.next)
    f.store('i32.store', record, i32(0), stage.done)
    f.add(record, stage.sizeBytes)
  })
  f.store('i32.store', block, stages, control.stages)
  f.store('i32.store', block, i32(0), control.failed)
  f.store('i32.atomic.store', block, i32(0), control.current)
  f.store('i32.atomic.store', block, i32(1), control.open)
  f.drop(atomicNotify(block, i32(-1), control.open))
}

/** Nobody may still be at work on the stages when they are reset for the next run. */
function close(f: FunctionBuilder, block: Local<'i32'>): void {
  f.store('i32.atomic.store', block, i32(0), control.open)
  f.store('i32.atomic.store', block, i32(-1), control.current)
  f.drop(atomicNotify(block, i32(-1), control.current))
  f.loop((again) => f.branchIf(again, load('i32.atomic.load', block, control.active)))
}

function leadStage(
  f: FunctionBuilder,
  record: Local<'i32'>,
  at: Local<'i32'>,
  block: Local<'i32'>,
  scratch: Local<'i32'>,
): void {
  f.store('i32.atomic.store', block, op('i32.add', at, i32(1)), control.current)
  f.if(load('i32.atomic.load', block, control.sleepers), () =>
    f.drop(atomicNotify(block, i32(-1), control.current)),
  )
  takeTasks(f, record, scratch)
  const tasks = load('i32.load', record, stage.tasks)
  const isDone = () => op('i32.eq', load('i32.atomic.load', record, stage.done), tasks)
  waitUntil(
    f,
    () => op('i32.or', isDone(), load('i32.atomic.load', block, control.failed)),
    () => {
      const done = f.let(load('i32.atomic.load', record, stage.done))
      f.if(op('i32.ne', done, tasks), () => f.drop(atomicWait(record, done, i64(sleepNs), stage.done)))
    },
  )
}

function waitForStage(f: FunctionBuilder, block: Local<'i32'>, seen: Local<'i32'>): void {
  waitUntil(
    f,
    () => op('i32.ne', load('i32.atomic.load', block, control.current), seen),
    () => {
      f.drop(atomicUpdate('i32.atomic.rmw.add', block, i32(1), control.sleepers))
      f.drop(atomicWait(block, seen, i64(sleepNs), control.current))
      f.drop(atomicUpdate('i32.atomic.rmw.sub', block, i32(1), control.sleepers))
    },
  )
}

function waitUntil(f: FunctionBuilder, holds: () => Operand<'i32'>, sleep: () => void): void {
  const left = f.let(i32(spins))
  f.block((end) => {
    f.loop((again) => {
      f.branchIf(end, holds())
      f.if(left, () => f.add(left, -1), sleep)
      f.branch(again)
    })
  })
}

function takeTasks(f: FunctionBuilder, record: Local<'i32'>, scratch: Local<'i32'>): void {
  const tasks = f.let(load('i32.load', record, stage.tasks))
  const task = f.local('i32')
  const mine = f.let(i32(0))
  f.block((end) => {
    f.loop((again) => {
      f.set(task, atomicUpdate('i32.atomic.rmw.add', record, i32(1), stage.next))
      f.branchIf(end, op('i32.ge_s', task, tasks))
      runTask(f, record, task, scratch)
      f.add(mine, 1)
      f.branch(again)
    })
  })
  f.if(mine, () => {
    const before = atomicUpdate('i32.atomic.rmw.add', record, mine, stage.done)
    f.if(op('i32.eq', op('i32.add', before, mine), tasks), () =>
      f.drop(atomicNotify(record, i32(-1), stage.done)),
    )
  })
}

function runAlone(f: FunctionBuilder, record: Local<'i32'>, scratch: Local<'i32'>): void {
  const task = f.local('i32')
  f.for(task, 0, load('i32.load', record, stage.tasks), 1, () => runTask(f, record, task, scratch))
}

function runTask(f: FunctionBuilder, record: Local<'i32'>, task: Local<'i32'>, scratch: Local<'i32'>): void {
  f.callIndirect(
    kernelParams,
    load('i32.load', record, stage.kernel),
    load('i32.load', record, stage.args),
    task,
    scratch,
  )
}
