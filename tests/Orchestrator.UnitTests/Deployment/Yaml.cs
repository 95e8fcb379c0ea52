using YamlDotNet.RepresentationModel;

namespace Orchestrator.UnitTests.Deployment;

/// <summary>Reads YAML and finds nodes in it by path.</summary>
internal static class Yaml
{
    public static YamlNode Load(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents[0].RootNode;
    }

    /// <summary>The node at a path of keys and list indexes such as <c>spec.containers.0.args</c>; null if there is none.</summary>
    public static YamlNode? Find(this YamlNode node, string path)
    {
        YamlNode? found = node;
        foreach (var part in path.Split('.'))
        {
            found = found switch
            {
                YamlMappingNode mapping when mapping.Children.TryGetValue(part, out var child) => child,
                YamlSequenceNode sequence when int.TryParse(part, System.Globalization.CultureInfo.InvariantCulture, out var index) => sequence.Children.ElementAtOrDefault(index),
                _ => null,
            };
        }

        return found;
    }

    public static string? Text(this YamlNode node, string path) => (node.Find(path) as YamlScalarNode)?.Value;

    public static IReadOnlyList<string> Texts(this YamlNode node, string path) =>
        node.Find(path) is YamlSequenceNode sequence ? [.. sequence.Children.Select(item => ((YamlScalarNode)item).Value ?? "")] : [];
}
