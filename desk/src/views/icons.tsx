/** Small pictures beside words, never instead of them. */

const PATHS = {
  search: "M10.5 4a6.500 6.500 0 1 0 4 11.620L19.400 20.500l1.400-1.400-4.900-4.900A6.500 6.500 0 0 0 10.500 4Zm0 2a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9Z",
  phone: "M6.600 3 10 4l1 4.500-2.200 1.700a12 12 0 0 0 5 5l1.700-2.200L20 14l1 3.400c-.5 2.300-2.400 3.600-4.500 3.600C9.600 20.300 3.700 14.400 3 7.500 3 5.400 4.300 3.500 6.600 3Z",
  note: "M4 5h16v14H4V5Zm2.300 2L12 11.300 17.700 7H6.300ZM6 9.200V17h12V9.200l-6 4.500-6-4.500Z",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm-8 15c0-3.300 3.600-5.500 8-5.500s8 2.200 8 5.500v1H4v-1Z",
  alert: "M12 3 22 20.500H2L12 3Zm-1 6.500v5h2v-5h-2Zm0 6.500v2h2v-2h-2Z",
  gift: "M4 9h3.300A2.800 2.800 0 0 1 12 6a2.800 2.800 0 0 1 4.700 3H20v4h-1v7H5v-7H4V9Zm3 4v5h4v-5H7Zm6 0v5h4v-5h-4Z",
  speak: "M4 4h16v12H10l-5 4.500V16H4V4Zm3 4v2h10V8H7Zm0 3.500v2h7v-2H7Z",
  eyeOff: "m4.400 3 16.600 16.600-1.400 1.400-3.300-3.300A11 11 0 0 1 12 18.500C7 18.500 3.300 15 2 12a12 12 0 0 1 3.700-4.900L3 4.400 4.400 3Zm2.700 5.500A9.500 9.500 0 0 0 4.200 12c1.300 2.400 4.200 4.500 7.800 4.500 1 0 1.900-.2 2.700-.5l-1.600-1.600a3 3 0 0 1-4-4L7.100 8.500ZM12 5.500c5 0 8.700 3.500 10 6.500a12 12 0 0 1-2.600 3.700L18 14.300c.8-.7 1.400-1.500 1.800-2.300-1.300-2.400-4.200-4.500-7.800-4.500l-1.300.1L9 5.900a11 11 0 0 1 3-.4Z",
  back: "m11 5 1.500 1.500L8 11h12v2H8l4.500 4.500L11 19l-7-7 7-7Z",
  close: "m6.400 5 5.600 5.600L17.600 5 19 6.400 13.400 12l5.600 5.600-1.400 1.400-5.600-5.600L6.400 19 5 17.600l5.600-5.600L5 6.400 6.400 5Z",
  check: "m9.500 16.600 10-10L21 8 9.500 19.500 3 13l1.400-1.400 5.100 5Z",
  clock: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Zm0 2a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm1 2v4.600l3.200 1.900-1 1.700L11 12.800V7h2Z",
  more: "M5 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm7 0a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm7 0a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6V5Z",
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="currentColor" />
    </svg>
  );
}

/** Mouths from upset to delighted. */
const MOUTHS = ["M8 17.500c1-2 2.500-2.800 4-2.800s3 .8 4 2.800", "M8.500 16.700c1-1 2.200-1.400 3.500-1.400s2.500.4 3.500 1.400", "M8.500 16h7", "M8.200 14.800c1 1.200 2.300 1.800 3.800 1.800s2.800-.6 3.800-1.800", "M7.500 14h9c-.5 2.600-2.300 4-4.500 4s-4-1.400-4.500-4Z"];

/** A face, from 1 (upset) to 5 (delighted). */
export function FacePicture({ level }: { level: number }) {
  return (
    <svg class="face-picture" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <circle cx="12" cy="12" r="10" class="face-skin" />
      <circle cx="8.700" cy="9.700" r="1.300" fill="currentColor" />
      <circle cx="15.300" cy="9.700" r="1.300" fill="currentColor" />
      <path d={MOUTHS[level - 1] ?? ""} fill={level === 5 ? "currentColor" : "none"} stroke="currentColor" stroke-width="1.600" stroke-linecap="round" />
    </svg>
  );
}
