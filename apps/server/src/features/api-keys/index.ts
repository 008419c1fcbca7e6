export { isApiKey } from "./api-key.ts";
export { apiKeyAnswers } from "./api-keys.http.ts";
export { authenticateApiKey } from "./authenticate-api-key.ts";
