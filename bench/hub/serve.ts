import { serve } from '@sallyport/hub/main.ts';
process.exitCode = await serve(process.argv.slice(3), process.env);
