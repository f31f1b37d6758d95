/** What the rules share: where findings go, and what the model imports. */
import type { TensorProto } from '../../formats/onnx/onnx_pb.ts'
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
  /** Keys (functionKey) of the model's own functions. */
  readonly functions: ReadonlySet<string>
  /** Names of the attributes that a function body may refer to; absent outside functions. */
  readonly functionAttributes?: ReadonlySet<string>
  readonly subgraphDepth: number
  /** Reads a tensor's external data, throwing what is wrong with it; absent where there is no folder. */
  readonly readExternal?: ((tensor: TensorProto) => void) | undefined
  report(code: CheckCode, path: string, message: string): void
}

/** A reporter that appends to `findings`. */
export function reporter(findings: Finding[]): CheckContext['report'] {
  return (code, path, message) => {
    const { severity, hint } = checkCatalogue[code]
    findings.push({ code, severity, path, message, hint })
  }
}

/** `''` for both spellings of the ONNX domain. */
export function normalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}

export function functionKey(domain: string, name: string, overload: string): string {
  return `${normalDomain(domain)}\n${name}\n${overload}`
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
