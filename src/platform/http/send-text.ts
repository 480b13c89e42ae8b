/** Text on its way out: packed when that is worth it and the caller can unpack it. */
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Below this many bytes packing costs more than it spares: it fits one packet of the network. */
export const packedFromBytes = 1400;
/** More makes answers hardly smaller and far slower. */
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

/** Sends text; status and content type are the caller's. */
export function sendText(text: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (Buffer.byteLength(text) < packedFromBytes) return reply.send(text);
  const encoding = packingFor(request.headers['accept-encoding']);
  reply.header('vary', 'accept-encoding');
  if (encoding === null) return reply.send(text);
  const packer = encoding === 'br' ? createBrotliCompress(brotli) : createGzip();
  packer.end(text);
  return reply.header('content-encoding', encoding).send(packer);
}

/** The packing a caller takes (RFC 9110, 12.5.3), br before gzip where it takes both alike; null for neither. */
export function packingFor(header: string | undefined): 'br' | 'gzip' | null {
  if (header === undefined) return null;
  const weights = new Map<string, number>();
  for (const part of header.toLowerCase().split(',', 30)) {
    const [name = '', ...traits] = part.split(';').map((word) => word.trim());
    const given = traits.find((trait) => trait.startsWith('q='));
    const weight = given === undefined ? 1 : Number(given.slice(2));
    weights.set(name === 'x-gzip' ? 'gzip' : name, Number.isFinite(weight) ? weight : 0);
  }
  const anything = weights.get('*') ?? 0;
  const br = weights.get('br') ?? anything;
  const gzip = weights.get('gzip') ?? anything;
  if (br <= 0 && gzip <= 0) return null;
  return br >= gzip ? 'br' : 'gzip';
}
