import { unsupported } from '../artifacts/unsupported.ts';
import { createVocabulary, type Vocabulary } from '../artifacts/shape/vocabulary.ts';
import { endpointSpecs } from '../endpoints/index.ts';
import { mediators } from '../mediators/index.ts';

/** Everything this build of Gantry understands inside a flow. */
export const vocabulary: Vocabulary = createVocabulary({ mediators, endpoints: endpointSpecs, unsupported });
