using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Common;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Web.Notifications;

/// <summary>The list of messages as its address says it. Unreadable parts are left out.</summary>
public sealed record MessageListState(MessageState? State = null, string? Recipient = null)
{
    public PageStart Start { get; init; } = PageStart.First;

    public MessageFilter Filter => new(State, Recipient);

    public static MessageListState Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        string? Text(string name) => query.GetValueOrDefault(name) is { Length: > 0 and <= 254 } text && !Core.Common.Text.HasHiddenCharacters(text) ? text : null;
        return new(Enum.GetValues<MessageState>().Cast<MessageState?>().FirstOrDefault(state => Word(state) == Text("state")), Text("recipient"))
        {
            Start = new(Text("after"), Text("before"), Text("at") == "end"),
        };
    }

    public string Url() => QueryHelpers.AddQueryString("/notifications", new Dictionary<string, string?>
    {
        ["state"] = Word(State),
        ["recipient"] = Recipient,
        ["after"] = Start.After,
        ["before"] = Start.Before,
        ["at"] = Start.AtEnd ? "end" : null,
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));

    private static string? Word(MessageState? state) => state?.ToString().ToLowerInvariant();
}
