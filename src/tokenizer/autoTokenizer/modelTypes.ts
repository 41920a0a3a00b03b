// Which class transformers 5.23 registers for a `model_type` (tokenization_auto.py), as far as the model is a decoder or the
// class says that tokenizer.json is obeyed. test/interop/test_tokenizer_class.py holds the table against the library.

/** Reads tokenizer.json as it is; in transformers 4 under the name PreTrainedTokenizerFast. */
export const OBEYING_CLASS = 'TokenizersBackend';

/** Reads tekken.json where the folder has one, which the lab never writes; else tokenizer.json is obeyed. */
export const MISTRAL_CLASS = 'MistralCommonBackend';

const TYPES_BY_CLASS: Readonly<Record<string, string>> = {
  GPT2Tokenizer:
    'blip-2 codegen dbrx emu3 gpt2 gpt_neo gptj hyperclovax_vision_v2 instructblip instructblipvideo jais2 opt phi starcoder2',
  Qwen2Tokenizer:
    'audioflamingo3 colqwen2 cosmos3_omni dots3_note fun_asr_nano hunyuan_vl internvl moss_transcribe_diarize ovis2 qianfan_ocr qwen2 qwen2_5_omni qwen2_5_vl qwen2_audio qwen2_moe qwen2_vl qwen3 qwen3_asr qwen3_moe qwen3_next qwen3_omni_moe qwen3_vl qwen3_vl_moe lighton_ocr vibevoice',
  Qwen3_5Tokenizer: 'qwen3_5 qwen3_5_moe qwen3_5_moe_text qwen3_5_text qwen4_exp',
  LlamaTokenizer: 'idefics idefics2',
  CodeLlamaTokenizer: 'code_llama',
  GemmaTokenizer:
    'diffusion_gemma gemma gemma2 gemma3 gemma3_text gemma3n gemma3n_text recurrent_gemma shieldgemma2 t5gemma zaya',
  GPTNeoXTokenizer: 'falcon_mamba gpt_neox mamba mamba2 mpt olmo olmoe rwkv xlstm',
  CohereTokenizer: 'aya_vision cohere cohere2',
  [MISTRAL_CLASS]: 'ministral ministral3 mistral mistral3 mistral_large4 mixtral pixtral voxtral voxtral_realtime',
  [OBEYING_CLASS]:
    'arctic aria beam camembertv2-base canary chatlm cohere_asr ernie4_5 ernie4_5_moe flex_olmo fuyu glm glm4 glm4_moe glm4_moe_lite glm4v glm4v_moe glm_image glmasr got_ocr2 gpt_bigcode gradium_phonon_tts granite granitemoe granitemoehybrid granitemoeshared h2ovl_chat hyperclovax hyperclovax_vlm internlm2 internlm3 iquestcoder jamba kimi_k25 kimi_linear kosmos-2 llava llava_next mimo_v2_flash minicpm3 minicpm_ocr minicpmv minicpmv4_6 minicpmv4_7 minimax_m2 modernbert modernbert-decoder molmo molmo2 nemo_speechlm nemotron nvfp4 olmo2 olmo3 olmo_hybrid opencua openvla paddleocr_vl persimmon phi3 phi3_v phimoe pix2struct pocket_tts smolvlm stablelm step3_vl vipllava',
};

export const REGISTERED_CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries(TYPES_BY_CLASS).flatMap(([name, types]) => types.split(' ').map((type) => [type, name] as const)),
);

/** Their registered class is taken whatever tokenizer_config.json says, because what it said was wrong once. */
export const OVERRULED_TYPES: ReadonlySet<string> = new Set(
  'hyperclovax_vision_v2 qwen2 qwen3_5 qwen3_5_moe qwen3_5_moe_text qwen4_exp'
    .split(' ')
    .concat(
      'arctic camembertv2-base chatlm cohere_asr ernie4_5 ernie4_5_moe fuyu h2ovl_chat hyperclovax hyperclovax_vlm internlm2 internlm3 iquestcoder jamba llava llava_next minicpm3 minicpmv minimax_m2 modernbert modernbert-decoder molmo molmo2 nemotron nvfp4 opencua openvla paddleocr_vl phi3 phi3_v phimoe siglip2 smolvlm step3_vl vipllava'.split(
        ' ',
      ),
    ),
);
