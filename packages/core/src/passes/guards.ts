/** Rules about matches that many passes share. Each says what stands in the way. */
import { dimText } from '../base/dim.ts'
import { isFloat } from '../base/dtype.ts'
import type { Guard } from './define.ts'

/** The first output of each captured node is read by one node and not returned, so that it may vanish. */
export function sole(...names: readonly string[]): Guard {
  return ({ node, view }) => {
    const kept = names.map((name) => node(name).outputs[0]!).find((value) => !view.isSole(value))
    return kept === undefined || `"${kept}" must have one reader and not be an output of the graph`
  }
}

/** Every captured value is a constant that no caller can replace. Omitted ones will do. */
export function constants(...names: readonly string[]): Guard {
  return ({ tryValue, constant }) => {
    const other = names.find((name) => tryValue(name) !== undefined && !constant(name))
    return other === undefined || `"${tryValue(other)}" must be a constant that no caller can replace`
  }
}

/** All captured values have one floating-point type. Omitted ones will do. */
export function sameFloat(...names: readonly string[]): Guard {
  return ({ dtype, tryValue }) => {
    const types = names.filter((name) => tryValue(name) !== undefined).map(dtype)
    const [first] = types
    if (first !== undefined && isFloat(first) && types.every((type) => type === first)) return true
    return `${names.join(', ')} must have one floating-point type, got ${types.map((type) => type ?? 'unknown').join(', ')}`
  }
}

/** A captured value has a known rank, one of those listed if any are. */
export function rank(name: string, ...ranks: readonly number[]): Guard {
  return ({ shape, value }) => {
    const found = shape(name)
    if (!found) return `the rank of "${value(name)}" must be known`
    if (ranks.length === 0 || ranks.includes(found.length)) return true
    return `"${value(name)}" must have rank ${ranks.join(' or ')}, got [${found.map(dimText)}]`
  }
}

/** Nothing but the match itself reads what happens between its inputs and its root. */
export const closed: Guard = ({ view, matched, root }) => {
  const inner = matched.filter((node) => node !== root).flatMap(({ outputs }) => outputs)
  const escaped = inner.find(
    (name) => view.isOutput(name) || view.consumers(name).some((reader) => !matched.includes(reader)),
  )
  return escaped === undefined || `"${escaped}" must have no other reader and not be an output of the graph`
}
