using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;

namespace Orchestrator.UnitTests;

/// <summary>
/// Golden cases: the folder <c>cases</c> beside a test has one folder for each, with <c>input.yaml</c> and <c>expected.json</c>.
/// </summary>
internal static class GoldenCases
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Names of the cases of the calling test.</summary>
    public static TheoryData<string> Names([CallerFilePath] string file = "") =>
        [.. Directory.EnumerateDirectories(Root(file)).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    /// <summary>Path of a file of a case of the calling test.</summary>
    public static string PathOf(string name, string fileOfCase, [CallerFilePath] string file = "") => Path.Combine(Root(file), name, fileOfCase);

    public static JsonObject Read(string path)
    {
        object yaml = KubernetesYaml.Deserialize<object>(File.ReadAllText(path));
        return (JsonObject)JsonNode.Parse(KubernetesJson.Serialize(yaml))!;
    }

    /// <summary>Asserts that the case's <c>expected.json</c> is the result, to the letter.</summary>
    public static void Compare(string name, JsonNode result, [CallerFilePath] string file = "") =>
        CompareText(name, "expected.json", result.ToJsonString(Readable) + "\n", file);

    /// <summary>Asserts that a file of the case is the text, to the letter, but for blanks at the end of lines.</summary>
    public static void CompareText(string name, string fileOfCase, string text, [CallerFilePath] string file = "")
    {
        string expected = PathOf(name, fileOfCase, file);
        string actual = string.Join('\n', text.Split('\n').Select(line => line.TrimEnd()));
        // Set the variable to write new expectations, and read them in the diff before committing.
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(expected, actual);
        }

        Assert.Equal(File.ReadAllText(expected), actual);
    }

    private static string Root(string file) => Path.Combine(Path.GetDirectoryName(file)!, "cases");
}
