//! Texts and translations, right and wrong.

use super::*;
use proptest::prelude::*;

fn lang(tag: &str) -> Lang {
    Lang::parse(tag).expect("known")
}

/// What is found, as `flag:source→target`.
fn found(from: &str, source: &str, to: &str, target: &str) -> Vec<String> {
    let findings = compare(&GuardRules::default(), source, &lang(from), target, &lang(to));
    findings.iter().map(|f| format!("{}:{}→{}", f.kind.flag(), f.source, f.target)).collect()
}

#[test]
fn right_translations_are_left_alone() {
    for (from, source, to, target) in [
        ("en", "Twenty-one people came.", "es", "Vinieron 21 personas."),
        ("es", "veintiuna personas", "de", "einundzwanzig Personen"),
        ("de", "einundzwanzig", "fr", "vingt et un"),
        ("en", "The train leaves at half past three.", "es", "El tren sale a las tres y media."),
        ("en", "The train leaves at half past three.", "de", "Der Zug fährt um halb vier."),
        ("en", "The train leaves at half past three.", "fr", "Le train part à 15h30."),
        ("en", "at a quarter to five", "es", "a las 4:45"),
        ("en", "at ten to five", "de", "um zehn vor fünf"),
        ("en", "at three o'clock", "de", "um 15 Uhr"),
        ("en", "from ten to five people", "es", "de diez a cinco personas"),
        ("en", "It costs $3.50.", "de", "Es kostet 3,50 Dollar."),
        ("en", "seven dollars and thirty cents", "es", "7,30 dólares"),
        ("en", "It rose by 5 %.", "fr", "Ça a augmenté de cinq pour cent."),
        ("en", "Sales went up by two hundred percent.", "es", "Las ventas subieron un doscientos por ciento."),
        ("en", "in nineteen ninety-five", "es", "en 1995"),
        ("en", "three point one four", "de", "drei Komma eins vier"),
        ("en", "call two zero five", "es", "llame al 205"),
        ("en", "two and a half hours", "de", "zweieinhalb Stunden"),
        ("en", "2.5 million people", "es", "dos millones quinientas mil personas"),
        ("en", "first of all, a ticket", "es", "antes que nada, un billete"),
        ("en", "wait thirty seconds", "es", "espere treinta segundos"),
        ("en", "We need 25 rooms.", "ar", "نحتاج إلى ٢٥ غرفة."),
        ("en", "We need three rooms.", "ja", "三部屋必要です。"),
        ("en", "I don't see anything.", "es", "No veo nada."),
        ("en", "It's cold, isn't it?", "de", "Es ist kalt, nicht wahr?"),
        ("en", "I only drink water.", "fr", "Je ne bois que de l'eau."),
        ("en", "However, we go.", "es", "Sin embargo, vamos."),
        ("en", "We met Susan in London on Monday.", "es", "Conocimos a Susana en Londres el lunes."),
        ("en", "Write to Ana.Diaz@example.org, please.", "es", "Escriba a ana.diaz@example.org, por favor."),
        ("en", "He works for NATO at gate B12.", "fr", "Il travaille pour l'OTAN à la porte B 12."),
        ("en", "We met Susan.", "ja", "スーザンに会いました。"),
    ] {
        assert_eq!(found(from, source, to, target), [""; 0], "{source} | {target}");
    }
}

#[test]
fn wrong_translations_are_found() {
    for (from, source, to, target, what) in [
        ("en", "Twenty-one people came.", "es", "Vinieron 12 personas.", "numbers:Twenty one→12"),
        ("en", "at half past three", "es", "a las cuatro y media", "numbers:half past three→cuatro y media"),
        ("en", "at half past three", "de", "um halb drei", "numbers:half past three→halb drei"),
        ("de", "zweihundertfünfzig Gramm", "en", "two hundred grams", "numbers:zweihundertfünfzig→two hundred"),
        ("en", "fifteen people came", "fr", "des gens sont venus", "numbers:fifteen→"),
        ("en", "We need 25 rooms.", "hi", "हमें १५ कमरे चाहिए।", "numbers:25→१५"),
        ("en", "five kilometers", "es", "cinco millas", "units:kilometers→millas"),
        ("en", "twenty percent", "de", "zwanzig Euro", "units:percent→Euro"),
        ("en", "three hours", "es", "tres minutos", "units:hours→minutos"),
        ("en", "I don't want it.", "es", "Lo quiero.", "negation:don't→"),
        ("en", "We go home now.", "de", "Wir gehen jetzt nicht nach Hause.", "negation:→nicht"),
        ("en", "coffee without sugar", "fr", "un café au sucre", "negation:without→"),
        ("en", "My name is Laura.", "es", "Me llamo Carmen.", "names:Laura→"),
        ("en", "Go to gate B12.", "es", "Vaya a la puerta B13.", "names:B12→"),
        ("en", "Write to ana@example.org", "es", "Escriba a Ana", "names:ana@example.org→"),
    ] {
        assert_eq!(found(from, source, to, target), [what], "{source} | {target}");
    }
    let (source, target) = ("The hotel is full. We must look for another room.", "El hotel está lleno.");
    assert_eq!(found("en", source, "es", target), [format!("omitted:{source}→{target}")]);
    let target =
        "Sí. El hotel está lleno y tenemos que buscar otra habitación en la ciudad, que es muy bonita en verano.";
    assert_eq!(found("en", "Yes.", "es", target), [format!("added:Yes.→{target}")]);
}

/// Every tenth of the pairs that the rates in the README are of (`onnx/train/text`, seed 4711).
fn pairs() -> Vec<(&'static str, &'static str)> {
    let text = include_str!("../../../tests/fixtures/mt/pairs-en-es.tsv");
    text.lines().filter_map(|line| line.split_once('\t')).collect()
}

#[test]
fn of_the_starter_grammar_hardly_a_pair_is_suspected_and_hardly_a_dropped_sentence_is_missed() {
    let (rules, en, es) = (GuardRules::default(), lang("en"), lang("es"));
    let pairs = pairs();
    let suspected = pairs.iter().filter(|(a, b)| !compare(&rules, a, &en, b, &es).is_empty()).count();
    assert!(pairs.len() >= 500 && suspected * 100 <= pairs.len(), "{suspected} of {}", pairs.len());
    let (mut dropped, mut caught) = (0, 0);
    for text in pairs.chunks_exact(3) {
        let join = |side: fn(&(&'static str, &'static str)) -> &'static str, without: Option<usize>| {
            let kept = text.iter().enumerate().filter(|(i, _)| Some(*i) != without);
            kept.map(|(_, pair)| side(pair)).collect::<Vec<_>>().join(" ")
        };
        let source = join(|p| p.0, None);
        for without in 0..3 {
            let target = join(|p| p.1, Some(without));
            dropped += 1;
            let findings = compare(&rules, &source, &en, &target, &es);
            caught += usize::from(findings.iter().any(|f| f.kind == Kind::Omitted));
        }
    }
    assert!(caught * 100 >= dropped * 95, "{caught} of {dropped}");
}

proptest! {
    #[test]
    fn any_text_is_looked_at_and_none_differs_from_itself(text in "\\PC{0,80}", other in "[0-9a-zñ.,:'% -]{0,60}") {
        for tag in ["en", "es", "de", "fr", "ar", "ja"] {
            let lang = lang(tag);
            for text in [&text, &other] {
                let findings = compare(&GuardRules::default(), text, &lang, text, &lang);
                prop_assert!(findings.iter().all(|f| matches!(f.kind, Kind::Omitted | Kind::Added)), "{findings:?}");
            }
            let _ = compare(&GuardRules::default(), &text, &lang, &other, &lang);
        }
    }
}
