using System.Globalization;
using System.Text;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Streams.Ports;

/// <summary>Passes the bytes of one forwarded connection, until the sandbox's side has ended it.</summary>
internal static class PortRelay
{
    public static async Task RunAsync(ByteChannel data, ByteChannel error, int port, IPortSession ports, CancellationToken cancel)
    {
        try
        {
            var (far, farError) = await ports.OpenAsync(port, cancel);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            // The client's end is passed on as a half-close; its going away entirely comes by cancellation.
            var sending = data.CopyToAsync(far, ended.Token);
            await Task.WhenAll(far.CopyToAsync(data, cancel), farError.CopyToAsync(error, cancel));
            await ended.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception failure) when (failure is IOException or RuntimeUnavailableException && !cancel.IsCancellationRequested)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"error forwarding port {port}: {failure.Message}");
            await error.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);
            await error.CompleteAsync(cancel);
            await data.CompleteAsync(cancel);
        }
    }
}
