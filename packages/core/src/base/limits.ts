/**
 * Every bound that an untrusted file or request meets, in one table. Readers take the table as an argument,
 * so that a caller can tighten or widen a bound for one call.
 */
export interface Limits {
  /** Bytes of one model file. Protobuf itself ends at 2 GiB - 1. */
  readonly fileBytes: number
  /** Nested protobuf messages. */
  readonly messageDepth: number
  /** Nested If, Loop and Scan bodies. */
  readonly subgraphDepth: number
  /** Nodes of the whole model, subgraphs and function bodies included. */
  readonly nodes: number
  /** Nodes after every function call is expanded. */
  readonly expandedNodes: number
  /** Calls inside calls. */
  readonly functionDepth: number
  readonly functions: number
  /** Initialisers and tensor attributes. */
  readonly tensors: number
  readonly attributesPerNode: number
  /** Bytes of one name or documentation string. */
  readonly stringBytes: number
  /** Entries of one repeated field that is decoded into an array, such as float_data. */
  readonly listEntries: number
  /** Bytes that the decoded messages of one file may take in memory, by estimate; raw_data costs nothing. */
  readonly decodedBytes: number
  /** Bytes of all tensors that one model holds in other files. */
  readonly externalBytes: number
  readonly rank: number
  /** Elements of one tensor, in the file or made while running. */
  readonly tensorElements: number
  /** Bytes that one run of the reference engine may hold for one tensor. */
  readonly tensorBytes: number
  /** Iterations of one Loop. */
  readonly loopIterations: number
}

export const defaultLimits: Limits = {
  fileBytes: 2 ** 31 - 1,
  messageDepth: 100,
  subgraphDepth: 32,
  nodes: 1_000_000,
  expandedNodes: 500_000,
  functionDepth: 100,
  functions: 10_000,
  tensors: 1_000_000,
  attributesPerNode: 1_000,
  stringBytes: 64 * 2 ** 20,
  listEntries: 2 ** 26,
  decodedBytes: 1.5 * 2 ** 30,
  externalBytes: 2 ** 36,
  rank: 64,
  tensorElements: 2 ** 31 - 1,
  tensorBytes: 2 ** 30,
  loopIterations: 10_000_000,
}
