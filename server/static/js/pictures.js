// Pictures: read from files, made as small as models look at them, and shown from data.

const LONGEST_SIDE = 2000;
const LARGEST = 1_500_000;
const MOST_BYTES = 5_000_000;

/** @typedef {{media_type: string, data: string}} Picture As the server takes it. */

/** @type {[string, number[]][]} */
const BEGINNINGS = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
];

/** Which kind of picture a file is, whatever it is called; "" when it is none. @param {Blob} file */
async function kindOf(file) {
  const start = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const letters = String.fromCharCode(...start);
  if (letters.startsWith("RIFF") && letters.endsWith("WEBP")) return "image/webp";
  return BEGINNINGS.find(([, bytes]) => bytes.every((byte, at) => start[at] === byte))?.[0] ?? "";
}

/** Read a picture; null when the file is none. @param {Blob} file @returns {Promise<Picture | null>} */
export async function readPicture(file) {
  const kind = await kindOf(file);
  if (!kind) return null;
  const fit = kind === "image/gif" ? file : await shrunk(file);
  if (fit.size > MOST_BYTES) throw new Error("The picture is too large.");
  return { media_type: fit === file ? kind : fit.type, data: await inBase64(fit) };
}

/** The address from which it can be shown. @param {Picture} picture */
export const addressOf = ({ media_type, data }) => `data:${media_type};base64,${data}`;

/** Models look at no more than this, and where a photograph was taken stays with the person. @param {Blob} file */
async function shrunk(file) {
  const image = await createImageBitmap(file).catch(() => {
    throw new Error("The picture cannot be read.");
  });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
  if (scale === 1 && file.size <= LARGEST) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  for (const [kind, quality] of /** @type {[string, number][]} */ ([
    ["image/png", 1],
    ["image/jpeg", 0.85],
  ])) {
    const made = await new Promise((/** @type {(made: Blob | null) => void} */ resolve) =>
      canvas.toBlob(resolve, kind, quality),
    );
    if (made && (made.size <= LARGEST || kind === "image/jpeg")) return made;
  }
  return file;
}

/** @param {Blob} file @returns {Promise<string>} */
function inBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1]);
    reader.onerror = () => reject(new Error("The file cannot be read."));
    reader.readAsDataURL(file);
  });
}
