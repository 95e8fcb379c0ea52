using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api.Transcripts;

/// <summary>
/// Stock kubectl, command for command, against what its users know from Kubernetes. Transcripts in <c>core</c> are played by every version on the
/// machine, those in <c>wide</c> by the oldest, the newest and the distribution's.
/// </summary>
public sealed class TranscriptTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Api", "Transcripts");

    public static TheoryData<string, string> Plays
    {
        get
        {
            var plays = new TheoryData<string, string>();
            foreach (var (set, programs) in (ReadOnlySpan<(string, IReadOnlyList<string>)>)[("core", Kubectl.Installed), ("wide", Kubectl.Span)])
            {
                foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, set), "*.txt").Order(StringComparer.Ordinal))
                {
                    foreach (var program in programs)
                    {
                        plays.Add($"{set}/{Path.GetFileName(file)}", program);
                    }
                }
            }

            return plays;
        }
    }

    [Theory]
    [MemberData(nameof(Plays))]
    public async Task Kubectl_says_what_its_users_know(string transcript, string program)
    {
        var ns = await fixture.NamespaceAsync();
        using var manifests = new TemporaryDirectory();
        await LayOutAsync(Path.Combine(Folder, "manifests"), manifests.Path, ns);
        var kubectl = fixture.Server.Kubectl(program).In(manifests.Path);
        foreach (var step in Transcript.Read(Path.Combine(Folder, transcript)).Steps)
        {
            var words = Transcript.Words(step.Command.Replace("{ns}", ns, StringComparison.Ordinal));
            var (exitCode, output, errors) = await kubectl.TryAsync("", ["--namespace", ns, .. words.Skip(1)]);
            string[] said = [.. Lines(output, ns), .. Lines(errors, ns), .. exitCode == 0 ? Array.Empty<string>() : [$"[exit {exitCode}]"]];
            Assert.True(
                Transcript.Matches(step.Expected, said),
                $"$ {step.Command}\nby {Path.GetFileName(program)} said:\n{string.Join('\n', said)}\ninstead of:\n{string.Join('\n', step.Expected)}");
        }
    }

    private static List<string> Lines(string text, string ns)
    {
        var lines = new List<string>();
        foreach (var line in text.Replace(ns, "{ns}", StringComparison.Ordinal).Split('\n'))
        {
            Transcript.AddNormal(lines, line);
        }

        return lines;
    }

    private static async Task LayOutAsync(string source, string target, string ns)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            await File.WriteAllTextAsync(copy, (await File.ReadAllTextAsync(file)).Replace("{ns}", ns, StringComparison.Ordinal));
        }
    }
}
