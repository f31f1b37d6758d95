/** Words of ONNX's textual syntax. */
import type { DType } from '../../base/dtype.ts'
import { AttributeType } from './enums.ts'

/** A name as it stands, or in quotes where it is no plain word. */
export const spelled = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : quoted(name))

export const quoted = (text: string): string => `"${text.replaceAll(/[\\"]/g, (one) => `\\${one}`)}"`

/** The shortest text that reads back as the same float32, with a point or an exponent; the parser reads `inf` and `nan`. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return withPoint(value, text)
  }
  return withPoint(value, String(value))
}

function withPoint(value: number, text: string): string {
  const plain = String(Number(text))
  const sign = Object.is(value, -0) ? '-' : ''
  return sign + (/[.e]/.test(plain) ? plain : `${plain}.0`)
}

/** The syntax has the older names for two types. */
export const dtypeText = (dtype: DType): string =>
  dtype === 'float32' ? 'float' : dtype === 'float64' ? 'double' : dtype

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(AttributeType).map(([name, code]) => [code, name.toLowerCase()]),
)

/** `int`, `floats`, `type_proto`. */
export const attributeTypeText = (code: number): string => names.get(code) ?? 'undefined'
