"""Records of services that we leave to moto come back as they were: those whose hash depends on their members too."""

from tests.localaws.state.conftest import Kept


def test_items_of_a_table_and_a_begun_upload_come_back(kept: Kept) -> None:
    tables, s3 = kept.client("dynamodb"), kept.client("s3")
    tables.create_table(
        TableName="kept",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"id": {"S": "a"}, "seen": {"M": {"list": {"L": [{"N": "1"}, {"BOOL": True}]}}}, "set": {"SS": ["x", "y"]}}
    tables.put_item(TableName="kept", Item=item)
    s3.create_bucket(Bucket="kept")
    upload = s3.create_multipart_upload(Bucket="kept", Key="joined", Metadata={"colour": "blue"})["UploadId"]
    part = s3.upload_part(Bucket="kept", Key="joined", UploadId=upload, PartNumber=1, Body=b"begun ")["ETag"]
    kept.restart()
    tables, s3 = kept.client("dynamodb"), kept.client("s3")
    assert tables.get_item(TableName="kept", Key={"id": {"S": "a"}})["Item"] == item
    parts = [{"ETag": part, "PartNumber": 1}]
    s3.complete_multipart_upload(Bucket="kept", Key="joined", UploadId=upload, MultipartUpload={"Parts": parts})
    found = s3.get_object(Bucket="kept", Key="joined")
    assert (found["Body"].read(), found["Metadata"]) == (b"begun ", {"colour": "blue"})
