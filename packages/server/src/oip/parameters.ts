/** Scalars that go along with a request, a tensor or a response. */

/** 64-bit integers beyond 2^53 are bigint; others may be either. */
export type Parameter = boolean | number | bigint | string
export type Parameters = ReadonlyMap<string, Parameter>

export const noParameters: Parameters = new Map()
