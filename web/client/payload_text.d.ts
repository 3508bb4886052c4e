/**
 * The exact text that was published, of what `onpublication` or `history` gave, or of a message:
 * `{ raw }`, the second argument of `onmessage`. So 2^53 + 1 and the text `123` stay what they are.
 * Undefined for bytes.
 */
export function payloadText(publication: { raw: string; offset?: number }): string | undefined;
