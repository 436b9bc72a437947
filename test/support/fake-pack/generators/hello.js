export { generator } from "../../fake-flow.ts";
