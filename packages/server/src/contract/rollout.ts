/** How requests for one model are spread over its versions. */

/** A condition on one request; `header` names are lower-case. */
export interface RuleMatch {
  readonly source: 'header' | 'parameter' | 'claim'
  readonly name: string
  readonly op: 'equals' | 'prefix' | 'regex' | 'in' | 'present'
  /** One value, but several for `in` and none for `present`. */
  readonly values: readonly string[]
}

/** Sends requests that match all conditions to a target; the first rule that matches wins. */
export interface FeatureRule {
  readonly name: string
  readonly match: readonly RuleMatch[]
  readonly target: Target
}

/** A version, or a label that stands for one. */
export type Target = { readonly version: string } | { readonly label: string }

/** Part of the traffic, chosen by the hash of a key, so that a request with the same key stays where it is. */
export interface Split {
  readonly target: Target
  /** 0 to 100; 0 is a dark launch: loaded and warm, reached by version, label or rule only. */
  readonly percent: number
}

export interface Shadow {
  readonly target: Target
  /** 0 to 100 of the requests that the primary answers. */
  readonly percent: number
}

export interface Rollout {
  readonly model: string
  /** Versions by label, such as `stable` and `canary`. */
  readonly labels: Readonly<Record<string, string>>
  readonly rules: readonly FeatureRule[]
  /** Percentages sum to at most 100; what is left goes to the default. */
  readonly splits: readonly Split[]
  /** Where the sticky key of a request is; a request without one is spread at random. */
  readonly stickyKey: { readonly source: 'header' | 'parameter' | 'claim'; readonly name: string } | undefined
  /** Absent: the label `stable` where it is set, else the highest version that is ready. */
  readonly default: Target | undefined
  readonly shadow: Shadow | undefined
  /** `strict` also compares attribute values. */
  readonly signature: 'structural' | 'strict' | 'interface'
}
