/** Trees as TreeEnsembleClassifier and TreeEnsembleRegressor spell them: one list entry per node, leaves included. */
import type { Tensor } from '../../../base/tensor.ts'
import { attr } from '../../attr.ts'
import { refuse } from '../../refuse.ts'
import {
  type Branch,
  branchModes,
  checkForest,
  checkLengths,
  type Forest,
  type TreeRef,
  tensorNumbers,
  type Vote,
} from './forest.ts'

/** The nodes_* attributes of both operators. */
export const nodeAttrs = {
  nodes_nodeids: attr.required.ints(),
  nodes_treeids: attr.required.ints(),
  nodes_featureids: attr.required.ints(),
  nodes_modes: attr.required.strings(),
  nodes_truenodeids: attr.required.ints(),
  nodes_falsenodeids: attr.required.ints(),
  nodes_missing_value_tracks_true: attr.optional.ints(),
  nodes_values: attr.optional.floats(),
  nodes_values_as_tensor: attr.optional.tensor(),
  nodes_hitrates: attr.optional.floats(),
  nodes_hitrates_as_tensor: attr.optional.tensor(),
} as const

export interface ClassicNodes {
  readonly nodes_nodeids: readonly number[]
  readonly nodes_treeids: readonly number[]
  readonly nodes_featureids: readonly number[]
  readonly nodes_modes: readonly string[]
  readonly nodes_truenodeids: readonly number[]
  readonly nodes_falsenodeids: readonly number[]
  readonly nodes_missing_value_tracks_true?: readonly number[] | undefined
  readonly nodes_values?: readonly number[] | undefined
  readonly nodes_values_as_tensor?: Tensor | undefined
}

/** Entries that belong together: entry i is a vote of one leaf. */
export interface ClassicVotes {
  readonly treeIds: readonly number[]
  readonly nodeIds: readonly number[]
  readonly targets: readonly number[]
  readonly weights: readonly number[]
}

/** A list attribute that may be given as a tensor instead; empty where neither is given. */
export function listOrTensor(
  list: readonly number[] | undefined,
  whole: Tensor | undefined,
): readonly number[] {
  return whole ? tensorNumbers(whole) : (list ?? [])
}

/** Throws SLP-O2 where lists disagree in length, a node is there twice or a child is missing. */
export function classicForest(attrs: ClassicNodes, votes: ClassicVotes, targets: number): Forest {
  const { nodes_nodeids: nodeIds, nodes_treeids: treeIds, nodes_modes: modes } = attrs
  const splits = listOrTensor(attrs.nodes_values, attrs.nodes_values_as_tensor)
  checkLengths({
    nodes_nodeids: nodeIds,
    nodes_treeids: treeIds,
    nodes_featureids: attrs.nodes_featureids,
    nodes_modes: modes,
    nodes_truenodeids: attrs.nodes_truenodeids,
    nodes_falsenodeids: attrs.nodes_falsenodeids,
    nodes_values: splits,
  })
  checkLengths({ treeids: votes.treeIds, nodeids: votes.nodeIds, ids: votes.targets, weights: votes.weights })
  const refs = new Map<string, TreeRef>()
  const roots = new Map<number, TreeRef>()
  let [branchCount, leafCount] = [0, 0]
  modes.forEach((mode, i) => {
    const ref = mode === 'LEAF' ? ~leafCount++ : branchCount++
    const key = `${treeIds[i]}:${nodeIds[i]}`
    if (refs.has(key)) refuse('the ids of a node must be unique (tree:node)', key)
    refs.set(key, ref)
    // The first node listed of a tree is its root; ids need not start at 0.
    if (!roots.has(treeIds[i]!)) roots.set(treeIds[i]!, ref)
  })
  const find = (tree: number, node: number): TreeRef =>
    refs.get(`${tree}:${node}`) ?? refuse('a node must be listed (tree:node)', `${tree}:${node}`)
  const branches = modes.flatMap((mode, i): Branch[] => {
    if (mode === 'LEAF') return []
    return [
      {
        mode: branchModes.find((known) => known === mode) ?? refuse('the mode of a node must be known', mode),
        feature: attrs.nodes_featureids[i]!,
        split: splits[i]!,
        members: new Set(),
        missingTracksTrue: attrs.nodes_missing_value_tracks_true?.[i] === 1,
        whenTrue: find(treeIds[i]!, attrs.nodes_truenodeids[i]!),
        whenFalse: find(treeIds[i]!, attrs.nodes_falsenodeids[i]!),
      },
    ]
  })
  const forest = { branches, leaves: votesByLeaf(votes, leafCount, find), roots: [...roots.values()] }
  checkForest(forest, targets)
  return forest
}

function votesByLeaf(
  { treeIds, nodeIds, targets, weights }: ClassicVotes,
  leafCount: number,
  find: (tree: number, node: number) => TreeRef,
): Vote[][] {
  const leaves = Array.from({ length: leafCount }, (): Vote[] => [])
  targets.forEach((target, i) => {
    const ref = find(treeIds[i]!, nodeIds[i]!)
    if (ref >= 0) refuse('only a leaf may vote (tree:node)', `${treeIds[i]}:${nodeIds[i]}`)
    leaves[~ref]!.push({ target, weight: weights[i]! })
  })
  return leaves
}
