/** Times the stages of one run; a stage that computes several nodes has all their names. */

import { tensorBytes } from '../../base/storage.ts'
import { type Node, nodeLabel, operatorText } from '../../ir/graph.ts'
import type { Work } from '../../schedule/work.ts'
import type { NodeProfile } from '../engine.ts'
import type { StageObserver } from './executor.ts'

export interface StageClock extends StageObserver {
  readonly nodes: readonly NodeProfile[]
}

/** As often as people can see; every stage would cost a message. */
const progressMs = 50

/** @param tell told now and then how many nodes have run. */
export function stageClock(nowMs: () => number, tell?: (done: number) => void): StageClock {
  const nodes: NodeProfile[] = []
  const done = new Set<Node>()
  const origin = nowMs()
  let startMs = 0
  let toldMs = origin
  return {
    nodes,
    before() {
      startMs = nowMs() - origin
    },
    after(works) {
      const now = nowMs()
      nodes.push({ ...describe(works), startMs, durationMs: now - origin - startMs })
      for (const { node } of works) done.add(node)
      if (!tell || now - toldMs < progressMs) return
      toldMs = now
      tell(done.size)
    },
  }
}

function describe(works: readonly Work[]): Pick<NodeProfile, 'name' | 'operator' | 'outputBytes'> {
  const unique = [...new Map(works.map((work) => [nodeLabel(work.node), work])).values()]
  const type = works.at(-1)?.outputs[0]
  return {
    name: unique.map(({ node }) => nodeLabel(node)).join(' + '),
    operator: works.map(({ node }) => operatorText(node)).join(' + '),
    outputBytes: type ? tensorBytes(type.dtype, type.shape) : 0,
  }
}
