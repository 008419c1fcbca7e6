/** Must be imported before any schema is made: zod would otherwise probe `new Function`, which our policy forbids. */
import { z } from "zod";

z.config({ jitless: true });
