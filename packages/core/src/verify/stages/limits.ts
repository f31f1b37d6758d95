/** Whether the files can be read at all, within the limits for untrusted ones. */
import { SlipwayError } from '../../base/errors.ts'
import { defineStage, type VerifyFinding } from '../define-stage.ts'
import type { OpenModel } from '../open-model.ts'

/** Codes of the reader that are about more than the bytes, and so belong to the checker. */
const isStructural = (code: string): boolean => !/^SLP-[FLXB]/.test(code)

export const limits = defineStage({
  name: 'limits',
  about: 'the file is well-formed, and within the limits for files of strangers',
  run({ model, other }) {
    const findings = [model, ...(other ? [other] : [])].flatMap((one) => read(one))
    const sizes = { bytes: model.bytes.length, ...(other && { otherBytes: other.bytes.length }) }
    return { findings, facts: sizes }
  },
})

function read(model: OpenModel): VerifyFinding[] {
  try {
    model.proto()
    model.written()
    return []
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error
    return isStructural(error.code) ? [] : [ofError(error, model.label)]
  }
}

/** The finding that an error amounts to. */
export function ofError(error: SlipwayError, label: string): VerifyFinding {
  const { path, node, operator, remedy } = error.details
  return {
    code: error.code,
    severity: 'error',
    message: `${label}: ${error.message}`,
    hint: remedy ?? 'Look the code up in docs/errors.md.',
    path,
    node,
    operator,
  }
}
