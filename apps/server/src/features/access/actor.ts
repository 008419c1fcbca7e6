/** The answer to "who is asking": a signed-in person. The sign-in's id lets it be ended at once. */
export interface Actor {
  userId: string;
  email: string;
  signInId: string;
}
