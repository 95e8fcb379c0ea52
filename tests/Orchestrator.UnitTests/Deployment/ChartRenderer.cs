using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Orchestrator.UnitTests.Deployment;

/// <summary>
/// Renders the part of Helm's template language that our chart uses, so that the chart is checked on machines without helm: values, include,
/// if/else/end, default, quote, toYaml, nindent, printf with one verb, required, not. Anything else is an error, not passed over.
/// </summary>
internal sealed partial class ChartRenderer
{
    private readonly Dictionary<string, string> _definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlNode?> _scopes = new(StringComparer.Ordinal);

    public ChartRenderer(YamlNode values, YamlNode chart, string release, IEnumerable<string> definitionFiles)
    {
        _scopes["Values"] = values;
        _scopes["Chart"] = new YamlMappingNode(((YamlMappingNode)chart).Select(entry =>
            KeyValuePair.Create<YamlNode, YamlNode>(char.ToUpperInvariant(entry.Key.ToString()[0]) + entry.Key.ToString()[1..], entry.Value)));
        _scopes["Release"] = new YamlMappingNode("Name", release, "Namespace", "default", "Service", "Helm");
        foreach (Match match in definitionFiles.SelectMany(file => Definition().Matches(file)))
        {
            _definitions[match.Groups["name"].Value] = match.Groups["body"].Value;
        }
    }

    public string Render(string template)
    {
        var output = new StringBuilder();
        var active = new Stack<bool>();
        var position = 0;
        foreach (Match action in Action().Matches(template))
        {
            Append(output, template[position..action.Index], active, action.Groups["trimLeft"].Success);
            position = action.Index + action.Length;
            if (action.Groups["trimRight"].Success)
            {
                while (position < template.Length && char.IsWhiteSpace(template[position]))
                {
                    position++;
                }
            }

            Apply(action.Groups["code"].Value.Trim(), active, output);
        }

        Append(output, template[position..], active, trimEnd: false);
        return active.Count == 0 ? output.ToString() : throw new FormatException("an if has no end");
    }

    private static void Append(StringBuilder output, string text, Stack<bool> active, bool trimEnd)
    {
        if (active.All(on => on))
        {
            output.Append(trimEnd ? text.TrimEnd() : text);
        }
    }

    private void Apply(string code, Stack<bool> active, StringBuilder output)
    {
        if (code == "end")
        {
            active.Pop();
        }
        else if (code == "else")
        {
            active.Push(!active.Pop());
        }
        else if (code.StartsWith("if ", StringComparison.Ordinal))
        {
            active.Push(IsTrue(Pipeline(code[3..])));
        }
        else if (active.All(on => on))
        {
            output.Append(Text(Pipeline(code)));
        }
    }

    private YamlNode? Pipeline(string code)
    {
        YamlNode? value = null;
        foreach (var (stage, index) in Stages(code).Select((stage, index) => (stage, index)))
        {
            var words = Token().Matches(stage).Select(match => match.Value).ToList();
            value = index == 0 ? First(words) : Call(words, value);
        }

        return value;
    }

    // A bar inside parentheses or quotes belongs to what is inside.
    private static List<string> Stages(string code)
    {
        var stages = new List<string> { "" };
        foreach (Match token in TokenOrBar().Matches(code))
        {
            if (token.Value == "|")
            {
                stages.Add("");
            }
            else
            {
                stages[^1] += token.Value + " ";
            }
        }

        return stages;
    }

    private YamlNode? First(List<string> words) => words.Count == 1 ? Operand(words[0]) : Call(words[..^1], Operand(words[^1]));

    private YamlNode? Call(List<string> words, YamlNode? last) => words[0] switch
    {
        "quote" => new YamlScalarNode('"' + Text(last).Replace("\"", "\\\"", StringComparison.Ordinal) + '"'),
        "default" => IsTrue(last) ? last : Operand(words[1]),
        "not" => new YamlScalarNode(IsTrue(last) ? "false" : "true"),
        "required" => IsTrue(last) ? last : throw new FormatException(Text(Operand(words[1]))),
        "printf" => new YamlScalarNode(Text(Operand(words[1])).Replace("%s", Text(last), StringComparison.Ordinal)),
        "toYaml" => new YamlScalarNode(ToYaml(last)),
        "include" => new YamlScalarNode(Render(_definitions[Text(Operand(words[1]))]).Trim()),
        "nindent" => new YamlScalarNode('\n' + Indent(Text(last), int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture))),
        _ => throw new FormatException($"function '{words[0]}' is not known to this renderer"),
    };

    private YamlNode? Operand(string word)
    {
        if (word.StartsWith('('))
        {
            return Pipeline(word[1..^1]);
        }

        if (word.StartsWith('"'))
        {
            return new YamlScalarNode(word[1..^1]);
        }

        return word == "." ? null : word.StartsWith('.') ? Lookup(word[1..].Split('.')) : throw new FormatException($"operand '{word}' is not known to this renderer");
    }

    private YamlNode Lookup(string[] path)
    {
        var node = _scopes[path[0]];
        foreach (var name in path.Skip(1))
        {
            node = node is YamlMappingNode mapping && mapping.Children.TryGetValue(name, out var child)
                ? child
                : throw new FormatException($".{string.Join('.', path)} is used by a template and has no value");
        }

        return node!;
    }

    private static bool IsTrue(YamlNode? node) => node switch
    {
        YamlMappingNode mapping => mapping.Children.Count > 0,
        YamlScalarNode scalar => scalar.Value is not (null or "" or "false" or "0"),
        _ => node is not null,
    };

    private static string Text(YamlNode? node) => node is YamlScalarNode scalar ? scalar.Value ?? "" : throw new FormatException("a mapping is printed without toYaml");

    private static string ToYaml(YamlNode? node)
    {
        using var text = new StringWriter();
        new YamlStream(new YamlDocument(node!)).Save(text, assignAnchors: false);
        return text.ToString().Replace("...", "", StringComparison.Ordinal).Trim();
    }

    private static string Indent(string text, int spaces) =>
        string.Join('\n', text.Split('\n').Select(line => new string(' ', spaces) + line));

    [GeneratedRegex(@"\{\{-?\s*define\s+""(?<name>[^""]+)""\s*-?\}\}(?<body>.*?)\{\{-?\s*end\s*-?\}\}", RegexOptions.Singleline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"\{\{(?<trimLeft>-)?(?<code>.*?)(?<trimRight>-)?\}\}", RegexOptions.Singleline)]
    private static partial Regex Action();

    [GeneratedRegex(@"\([^)]*\)|""[^""]*""|[^\s|]+")]
    private static partial Regex Token();

    [GeneratedRegex(@"\([^)]*\)|""[^""]*""|[^\s|]+|\|")]
    private static partial Regex TokenOrBar();
}
