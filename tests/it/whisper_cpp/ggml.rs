//! Makes small ggml files of random weights: whisper.cpp's format, to be loaded, run, and damaged.
//!
//! Such a model never ends by itself: its special tokens weigh nothing, so that it talks until it is stopped.

/// The file's parts, so that a test can change one.
pub struct Ggml {
    /// The eleven numbers after the magic.
    pub head: [u32; 11],
    pub words: Vec<Vec<u8>>,
    pub tensors: Vec<(String, Vec<u32>)>,
}

const WIDTH: u32 = 32;
const HEADS: u32 = 2;
const LAYERS: u32 = 3;
const MELS: u32 = 80;
const TEXT: u32 = 448;
const WORDS: u32 = 50_257;

impl Ggml {
    /// A Whisper of this vocabulary: 51864 (English only), 51865 or 51866.
    pub fn new(vocabulary: u32) -> Self {
        let head = [vocabulary, 1_500, WIDTH, HEADS, LAYERS, TEXT, WIDTH, HEADS, LAYERS, MELS, 1];
        // The first 256 are the single bytes, as in every Whisper; the others are made up.
        let byte = |b: u32| vec![b as u8];
        let word = |i: u32| format!("{}w{i}", if i.is_multiple_of(3) { " " } else { "" }).into_bytes();
        let words = (0..WORDS).map(|i| if i < 256 { byte(i) } else { word(i) }).collect();
        Self { head, words, tensors: tensors(vocabulary) }
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let number = |out: &mut Vec<u8>, n: u32| out.extend_from_slice(&n.to_le_bytes());
        number(&mut out, 0x6767_6d6c);
        self.head.iter().for_each(|n| number(&mut out, *n));
        number(&mut out, MELS);
        number(&mut out, 201);
        let mut random = fastrand::Rng::with_seed(1);
        let floats = |count: u32, random: &mut fastrand::Rng, scale: f32| -> Vec<f32> {
            (0..count).map(|_| (random.f32() - 0.5) * scale).collect()
        };
        floats(MELS * 201, &mut random, 0.02).iter().for_each(|f| out.extend_from_slice(&f.abs().to_le_bytes()));
        number(&mut out, self.words.len() as u32);
        for word in &self.words {
            number(&mut out, word.len() as u32);
            out.extend_from_slice(word);
        }
        for (name, shape) in &self.tensors {
            // As whisper.cpp's converter does it: matrices in 16 bits, the rest in 32.
            let is_matrix = shape.len() > 1 && shape[0] != 1 && !name.ends_with("positional_embedding");
            number(&mut out, shape.len() as u32);
            number(&mut out, name.len() as u32);
            number(&mut out, u32::from(is_matrix));
            shape.iter().for_each(|d| number(&mut out, *d));
            out.extend_from_slice(name.as_bytes());
            let mut numbers = floats(shape.iter().product(), &mut random, 1.0);
            if name == "decoder.token_embedding.weight" {
                let (words, special) = numbers.split_at_mut((WORDS * WIDTH) as usize);
                words.iter_mut().for_each(|f| *f *= 8.0);
                special.fill(0.0);
            }
            for f in numbers {
                match is_matrix {
                    true => out.extend_from_slice(&half::f16::from_f32(f).to_le_bytes()),
                    false => out.extend_from_slice(&f.to_le_bytes()),
                }
            }
        }
        out
    }
}

fn tensors(vocabulary: u32) -> Vec<(String, Vec<u32>)> {
    let mut all = vec![
        ("encoder.positional_embedding".to_owned(), vec![WIDTH, 1_500]),
        ("encoder.conv1.weight".to_owned(), vec![3, MELS, WIDTH]),
        ("encoder.conv1.bias".to_owned(), vec![1, WIDTH]),
        ("encoder.conv2.weight".to_owned(), vec![3, WIDTH, WIDTH]),
        ("encoder.conv2.bias".to_owned(), vec![1, WIDTH]),
        ("decoder.positional_embedding".to_owned(), vec![WIDTH, TEXT]),
        ("decoder.token_embedding.weight".to_owned(), vec![WIDTH, vocabulary]),
    ];
    let mut vectors = |names: &[String]| names.iter().for_each(|n| all.push((n.clone(), vec![WIDTH])));
    let norm = |name: String| [format!("{name}.weight"), format!("{name}.bias")];
    vectors(&norm("encoder.ln_post".into()));
    vectors(&norm("decoder.ln".into()));
    for (side, parts) in [("encoder", &["attn"][..]), ("decoder", &["attn", "cross_attn"])] {
        for layer in 0..LAYERS {
            let block = format!("{side}.blocks.{layer}");
            for part in parts {
                all.extend(norm(format!("{block}.{part}_ln")).map(|n| (n, vec![WIDTH])));
                for matrix in ["query", "key", "value", "out"] {
                    all.push((format!("{block}.{part}.{matrix}.weight"), vec![WIDTH, WIDTH]));
                    if matrix != "key" {
                        all.push((format!("{block}.{part}.{matrix}.bias"), vec![WIDTH]));
                    }
                }
            }
            all.extend(norm(format!("{block}.mlp_ln")).map(|n| (n, vec![WIDTH])));
            all.push((format!("{block}.mlp.0.weight"), vec![WIDTH, 4 * WIDTH]));
            all.push((format!("{block}.mlp.0.bias"), vec![4 * WIDTH]));
            all.push((format!("{block}.mlp.2.weight"), vec![4 * WIDTH, WIDTH]));
            all.push((format!("{block}.mlp.2.bias"), vec![WIDTH]));
        }
    }
    all
}
