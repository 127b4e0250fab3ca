/** What the console knows of whoever looks at a page. */
export interface PageEnv {
  Variables: {
    /** As everybody is shown them beside what they did. */
    person: string;
  };
}
