using Radzen;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Shell;
using UserAdmin.Web.Ui;

namespace UserAdmin.Web.Roles;

/// <summary>Asks for a reason and ends or prolongs an assignment; the same on a person's page and on a role's.</summary>
internal static class AssignmentActions
{
    private static readonly DialogOptions Options = new() { Width = "32rem", CloseDialogOnOverlayClick = true, AutoFocusFirstElement = false };

    extension(DialogService dialogs)
    {
        public async Task<bool> EndAsync(AssignmentRow row, string person, Func<ReasonDialog.Answer, Task<Result>> end) =>
            await dialogs.OpenAsync<ReasonDialog>($"End {row.Role}: {person}", new()
            {
                [nameof(ReasonDialog.Text)] = "What the role allows is over at once, in open pages too.",
                [nameof(ReasonDialog.Action)] = "End now",
                [nameof(ReasonDialog.IsDanger)] = true,
                [nameof(ReasonDialog.Do)] = end,
            }, Options) is true;

        public async Task<bool> ProlongAsync(AssignmentRow row, string person, Viewer viewer, Func<DateTimeOffset?, ReasonDialog.Answer, Task<Result>> prolong) =>
            await dialogs.OpenAsync<ReasonDialog>($"Until when: {row.Role} of {person}", new()
            {
                [nameof(ReasonDialog.Text)] = "The role ends by itself at that minute.",
                [nameof(ReasonDialog.Action)] = "Change end",
                [nameof(ReasonDialog.AskUntil)] = true,
                [nameof(ReasonDialog.UntilLabel)] = "Until (your time; empty: for good)",
                [nameof(ReasonDialog.Until)] = row.EndsAt is { } end ? viewer.Local(end).DateTime : null,
                [nameof(ReasonDialog.Do)] = (ReasonDialog.Answer answer) => prolong(viewer.InstantOf(answer.Until), answer),
            }, Options) is true;
    }
}
