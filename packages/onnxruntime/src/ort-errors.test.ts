import { expect, it } from 'vitest'
import { translateError } from './ort-errors.ts'

it.each([
  ['failed to call OrtRun(). ERROR_CODE: 2, ERROR_MESSAGE: whatever', 'SLP-S4', undefined],
  ['[ONNXRuntimeError] : 9 : whatever', 'SLP-O3', undefined],
  ['[ONNXRuntimeError] : 10 : whatever', 'SLP-F1', undefined],
  [
    "Non-zero status code returned while running Gather node. Name:'pick' Status Message: bad",
    'SLP-S8',
    'pick',
  ],
  ['Current official support for domain ai.onnx is till opset 26.', 'SLP-F4', undefined],
  ['Load model failed:Fatal error: f:Twice(-1) is not a registered function/op', 'SLP-O3', undefined],
  ['number 6119816', 'SLP-S8', undefined],
  ['std::bad_alloc', 'SLP-L4', undefined],
  ['something else', 'SLP-S8', undefined],
])('%s', (thrown, code, node) => {
  const error = translateError(thrown, 'run model')
  expect(error).toMatchObject({ code, details: { remedy: expect.stringMatching(/\w/) } })
  expect(error.details.node).toBe(node)
  expect(error.message).toContain('Cannot run model on ONNX Runtime')
})
