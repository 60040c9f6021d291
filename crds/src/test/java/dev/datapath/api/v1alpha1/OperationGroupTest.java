package dev.datapath.api.v1alpha1;

import static dev.datapath.api.v1alpha1.OperationGroup.Deletes;
import static dev.datapath.api.v1alpha1.OperationGroup.Lists;
import static dev.datapath.api.v1alpha1.OperationGroup.Multipart;
import static dev.datapath.api.v1alpha1.OperationGroup.Reads;
import static dev.datapath.api.v1alpha1.OperationGroup.Writes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OperationGroupTest {
    @Test
    void everyOperationReadsListsWritesOrDeletesAndDoesOnlyOneOfThese() {
        assertThat(Stream.of(Reads, Lists, Writes, Deletes).flatMap(group -> group.members().stream()))
                .containsExactlyInAnyOrder(S3Operation.values());
    }

    @Test
    void multipartIsTheSevenActionsOfMultipartUploads() {
        assertThat(Multipart.members())
                .containsExactly(
                        S3Operation.CreateMultipartUpload,
                        S3Operation.UploadPart,
                        S3Operation.UploadPartCopy,
                        S3Operation.CompleteMultipartUpload,
                        S3Operation.AbortMultipartUpload,
                        S3Operation.ListMultipartUploads,
                        S3Operation.ListParts);
    }

    @Test
    void denyingWritesLeavesNoWayToCreateAnObject() {
        assertThat(Writes.members())
                .contains(
                        S3Operation.PutObject,
                        S3Operation.PostObject,
                        S3Operation.CopyObject,
                        S3Operation.RestoreObject,
                        S3Operation.CreateMultipartUpload,
                        S3Operation.UploadPart,
                        S3Operation.UploadPartCopy,
                        S3Operation.CompleteMultipartUpload,
                        S3Operation.CreateBucket,
                        S3Operation.PutBucketPolicy);
    }

    @Test
    void denyingDeletesLeavesTheCleaningUpOfUploads() {
        assertThat(Deletes.members())
                .contains(S3Operation.DeleteObject, S3Operation.DeleteObjects, S3Operation.DeleteBucketPolicy)
                .doesNotContain(S3Operation.AbortMultipartUpload);
    }

    @Test
    void aNameStandsForAGroupForAnOperationOrForNothing() {
        assertThat(OperationGroup.expand("Reads")).contains(Reads.members());
        assertThat(OperationGroup.expand("GetObject")).contains(EnumSet.of(S3Operation.GetObject));
        assertThat(OperationGroup.expand("getobject")).isEmpty();
        assertThat(OperationGroup.expand("")).isEmpty();
    }

    @Test
    void noNameIsAGroupAndAnOperation() {
        Set<String> operations = Stream.of(S3Operation.values()).map(Enum::name).collect(Collectors.toSet());
        assertThat(Stream.of(OperationGroup.values()).map(Enum::name)).doesNotContainAnyElementsOf(operations);
    }
}
