/** What a preview shows, checked; see preview-config.js. */
interface Preview {
  kind: string;
  name: string;
  logoUrl: string | null;
  look: Record<string, string | null>;
  tiers: readonly { name: string; displayName: string }[];
  products: readonly { name: string }[];
}

/** What a fragment of the address asks to show, or why nothing is shown. */
export function readPreview(
  fragment: string,
  nowMs: number,
):
  | { preview: Preview; endsAtMs: number; reason?: undefined }
  | { reason: 'expired' | 'wrong'; preview?: undefined };
