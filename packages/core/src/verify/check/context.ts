/** What the rules share: where findings go, and what the model imports. */
import type { ResolveExternal } from '../../formats/onnx/external-data.ts'
import type { OperatorSetIdProto } from '../../formats/onnx/onnx_pb.ts'
import { domainOf } from '../../formats/onnx/read-context.ts'
import { type CheckCode, checkCatalogue, type Severity } from './codes.ts'

export interface Finding {
  readonly code: CheckCode
  readonly severity: Severity
  /** Path in the model, such as `graph.node[12].input[1]`. */
  readonly path: string
  readonly message: string
  readonly hint: string
}

export interface CheckContext {
  readonly irVersion: number
  /** Imported versions by domain; `''` is ai.onnx. A function body has its own. */
  readonly opsets: ReadonlyMap<string, number>
  /** The imported domains as the file spells them: `ai.onnx` and `''` are one domain to us, but not to every reader. */
  readonly spelledDomains: ReadonlySet<string>
  /** Keys (functionKey) of the model's own functions. */
  readonly functions: ReadonlySet<string>
  /** Names of the attributes that a function body may refer to; absent outside functions. */
  readonly functionAttributes?: ReadonlySet<string>
  readonly subgraphDepth: number
  /** The door to external data; absent where there is no folder. */
  readonly resolveExternal: ResolveExternal | undefined
  report(code: CheckCode, path: string, message: string): void
}

/** A reporter that appends to `findings`. */
export function reporter(findings: Finding[]): CheckContext['report'] {
  return (code, path, message) => {
    const { severity, hint } = checkCatalogue[code]
    findings.push({ code, severity, path, message, hint })
  }
}

/** The part of a context that opset_import decides. */
export function importsOf(
  list: readonly OperatorSetIdProto[],
): Pick<CheckContext, 'opsets' | 'spelledDomains'> {
  return {
    opsets: new Map(list.map(({ domain, version }) => [domainOf(domain), Number(version)])),
    spelledDomains: new Set(list.map(({ domain }) => domain)),
  }
}

export function functionKey(domain: string, name: string, overload: string): string {
  return `${domainOf(domain)}\n${name}\n${overload}`
}

/** The names that stand more than once in a list, each once. */
export function duplicates(names: readonly string[]): string[] {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) twice.add(name)
    seen.add(name)
  }
  return [...twice]
}
