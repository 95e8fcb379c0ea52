using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Streams.Commands;

/// <summary>Passes the bytes between the client of a command and the runtime that runs it, until the command has ended or the client has gone.</summary>
internal static class CommandRelay
{
    private const int MaxStatusBytes = 64 * 1024;

    public static async Task RunAsync(ICommandClient client, ICommandSession session, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel, client.Gone);
        var (mine, theirs) = (session.Streams, client.Streams);
        Task[] inputs = [CopyAsync(theirs.Stdin, mine.Stdin, over.Token), CopyAsync(theirs.Resize, mine.Resize, over.Token)];
        try
        {
            await Task.WhenAll(
                CopyAsync(mine.Stdout, theirs.Stdout, over.Token),
                CopyAsync(mine.Stderr, theirs.Stderr, over.Token),
                CopyStatusAsync(mine.Error, client, over.Token));
            await client.FinishAsync(over.Token);
        }
        finally
        {
            await over.CancelAsync();
            // A command that has closed its input, or a client that has gone, ends these in whatever way.
            await Task.WhenAll(inputs).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static Task CopyAsync(ByteChannel? from, ByteChannel? to, CancellationToken cancel) =>
        from is null || to is null ? Task.CompletedTask : from.CopyToAsync(to, cancel);

    private static async Task CopyStatusAsync(ByteChannel from, ICommandClient client, CancellationToken cancel)
    {
        var status = await from.ReadToEndAsync(MaxStatusBytes, cancel);
        var told = client.HasStatus ? status : FailureText(status);
        if (told.Length > 0)
        {
            await client.Streams.Error.WriteAsync(told, cancel);
        }

        await client.Streams.Error.CompleteAsync(cancel);
    }

    /// <summary>What protocols before v4 are told: nothing where the command succeeded.</summary>
    internal static byte[] FailureText(byte[] status)
    {
        try
        {
            var parsed = JsonNode.Parse(status) as JsonObject;
            return (string?)parsed?["status"] == "Success" ? [] : System.Text.Encoding.UTF8.GetBytes((string?)parsed?["message"] ?? "");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return status;
        }
    }
}
