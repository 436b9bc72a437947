// Not every file here is a generator.
export const helper = 1;
