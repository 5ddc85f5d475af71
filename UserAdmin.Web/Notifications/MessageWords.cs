using UserAdmin.Core.Notifications;

namespace UserAdmin.Web.Notifications;

internal static class MessageWords
{
    public static string Of(MessageState state) => state == MessageState.Dead ? "Given up" : state.ToString();
}
