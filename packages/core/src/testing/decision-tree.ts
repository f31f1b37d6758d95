/** One small decision tree, as the classic tree operators spell it. */
import { floats } from '../ir/builder.ts'
import { f32 } from './literals.ts'

/** The tree x0 <= 0.5 ? (x1 <= 0.5 ? leaf 3 : leaf 4) : leaf 2, where NaN in x0 counts as small. */
export const nodes = {
  nodes_treeids: [0, 0, 0, 0, 0],
  nodes_nodeids: [0, 1, 2, 3, 4],
  nodes_featureids: [0, 1, 0, 0, 0],
  nodes_values: [0.5, 0.5, 0, 0, 0],
  nodes_modes: ['BRANCH_LEQ', 'BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF'],
  nodes_truenodeids: [1, 3, 0, 0, 0],
  nodes_falsenodeids: [2, 4, 0, 0, 0],
  nodes_missing_value_tracks_true: [1, 0, 0, 0, 0],
}
/** Rows that reach every leaf, by NaN too. */
export const rows = f32([
  [0, 0],
  [0, 1],
  [1, 0],
  [Number.NaN, 0],
  [0, Number.NaN],
])
/** One row per leaf. */
export const leafRows = f32([
  [0, 0],
  [1, 0],
  [0, 1],
])
const zeros = (list: readonly unknown[]) => list.map(() => 0)

/** The attributes of that tree with a vote of each listed leaf: for target `ids[i]`, `weights[i]`. */
export function votes(prefix: 'class' | 'target', ids: number[], nodeIds: number[], weights: number[]) {
  return {
    ...nodes,
    [`${prefix}_treeids`]: zeros(ids),
    [`${prefix}_nodeids`]: nodeIds,
    [`${prefix}_ids`]: ids,
    [`${prefix}_weights`]: floats(weights),
  }
}
