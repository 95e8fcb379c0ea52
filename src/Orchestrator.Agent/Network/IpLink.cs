using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Network;

/// <summary>The program <c>ip</c>. Asked of it and not of <c>/sys</c>, which shows the network namespace that it was mounted in and not the agent's.</summary>
internal static class IpLink
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Runs it with arguments separated by blanks, and returns what it printed.</summary>
    /// <exception cref="NetworkUnavailableException">It failed; its own words are in the message.</exception>
    public static async Task<string> RunAsync(string arguments, CancellationToken cancel, string? input = null)
    {
        try
        {
            return await Tool.RunAsync("ip", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), Timeout, cancel, input: input);
        }
        catch (ToolFailedException error)
        {
            throw new NetworkUnavailableException($"ip {arguments}: {error.Message}", error);
        }
    }

    public static async Task<bool> ExistsAsync(string name, CancellationToken cancel) => await TryAsync($"-o link show dev {name}", cancel) is not null;

    /// <summary>Removes a link; one that does not exist is no error.</summary>
    public static async Task DeleteAsync(string name, CancellationToken cancel)
    {
        if (await ExistsAsync(name, cancel))
        {
            await RunAsync($"link delete dev {name}", cancel);
        }
    }

    private static async Task<string?> TryAsync(string arguments, CancellationToken cancel)
    {
        try
        {
            return await RunAsync(arguments, cancel);
        }
        catch (NetworkUnavailableException error) when (error.Message.Contains("does not exist", StringComparison.Ordinal) || error.Message.Contains("Cannot find device", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
