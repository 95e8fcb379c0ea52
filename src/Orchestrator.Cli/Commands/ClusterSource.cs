using System.CommandLine;
using System.Text.Json;
using Orchestrator.Cli.WhatIf;

namespace Orchestrator.Cli.Commands;

/// <summary>Options of commands that compute on a copy of a cluster: a server's, or one that was saved.</summary>
internal sealed class ClusterSource
{
    private readonly Option<string?> _snapshot = new("--snapshot")
    {
        Description = "Read the cluster from a file, as --save-snapshot or 'kubectl get ... -o yaml' wrote it, instead of a server",
        HelpName = "FILE",
    };

    private readonly Option<string?> _save = new("--save-snapshot")
    {
        Description = "Write the cluster as it is to a file (JSON, or YAML if so named)",
        HelpName = "FILE",
    };

    private readonly ClientOptions _client;

    private ClusterSource(Command command)
    {
        command.Add(_snapshot);
        command.Add(_save);
        _client = ClientOptions.AddTo(command);
    }

    public static ClusterSource AddTo(Command command) => new(command);

    /// <summary>The objects of the cluster, and the namespace of manifests that name none.</summary>
    public async Task<(IReadOnlyList<JsonElement> Objects, string Namespace)> ReadAsync(ParseResult parsed, CancellationToken cancel)
    {
        var source = await OpenAsync(parsed, cancel);
        if (parsed.GetValue(_save) is { } saved)
        {
            SnapshotFile.Write(saved, source.Objects);
            await Console.Error.WriteLineAsync($"{source.Objects.Count} objects written to {saved}");
        }

        return source;
    }

    private async Task<(IReadOnlyList<JsonElement> Objects, string Namespace)> OpenAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (parsed.GetValue(_snapshot) is { } file)
        {
            return (SnapshotFile.Read(file), _client.Namespace(parsed) ?? "default");
        }

        using var connection = _client.Open(parsed);
        return (await LiveSnapshot.ReadAsync(connection, cancel), _client.Namespace(parsed, connection));
    }
}
